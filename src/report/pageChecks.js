// Run by browser.test.ts inside the opened report.
globalThis.checks = {
  /** Least contrast of any visible text against what is painted behind it (WCAG 2.2, success criterion 1.4.3). */
  leastContrast() {
    const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    const behind = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor)
        if (color.length === 3 || color[3] === 1) return color
      }
      return [255, 255, 255]
    }
    let least = { ratio: 21, text: '' }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      const style = getComputedStyle(element)
      const hidden = style.visibility !== 'visible' || element.closest('title,desc,style') !== null
      if (node.textContent.trim() === '' || hidden) continue
      const color = element.closest('svg') === null ? style.color : style.fill
      const [a, b] = [luminance(channels(color)), luminance(behind(element))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (ratio < least.ratio) least = { ratio, text: node.textContent.slice(0, 60) }
    }
    return least
  },

  /** What sticks out or is cut off, and what a screen reader would miss. */
  faults() {
    const out = []
    const page = document.documentElement
    if (page.scrollWidth > page.clientWidth)
      out.push(`scrolls sideways: ${page.scrollWidth} > ${page.clientWidth}`)
    for (const cell of document.querySelectorAll('th,td,li,p,dd,h1,h2,h3,caption')) {
      const head = cell.closest('thead')
      const unseen = head !== null && getComputedStyle(head).position === 'absolute'
      if (unseen || cell.closest('.scroll,.sr') !== null) continue
      const { right, left } = cell.getBoundingClientRect()
      const what = `${cell.tagName} ${cell.textContent.slice(0, 40)}`
      if (right > page.clientWidth + 1 || left < -1) out.push(`sticks out: ${what}`)
      if (cell.scrollWidth > cell.clientWidth + 1) out.push(`overflows: ${what}`)
    }
    let level = 0
    for (const heading of document.querySelectorAll('h1,h2,h3,h4')) {
      const now = Number(heading.tagName[1])
      if (now > level + 1) out.push(`skips a level: ${heading.textContent}`)
      level = now
    }
    for (const landmark of ['header', 'nav[aria-label]', 'main', 'footer']) {
      if (document.querySelectorAll(`body ${landmark}`).length !== 1) out.push(`not one ${landmark}`)
    }
    for (const table of document.querySelectorAll('table')) {
      if (table.caption === null) out.push('table without caption')
      if (table.querySelector('thead th:not([scope])') !== null) out.push('column head without scope')
    }
    for (const picture of document.querySelectorAll('svg:not([aria-hidden])')) {
      const ids = picture.getAttribute('aria-labelledby')?.split(' ') ?? []
      if (ids.length !== 2 || ids.some((id) => document.getElementById(id) === null))
        out.push('picture without words')
    }
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
    if (new Set(ids).size !== ids.length) out.push('id twice')
    return out
  },

  /** Folded parts that take no room. */
  closed() {
    const parts = [...document.querySelectorAll('details > :not(summary)')]
    return parts.filter((part) => part.getBoundingClientRect().height === 0).length
  },
}
