import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  backwardFlow,
  collisionFlow,
  hostileFlow,
  smallFlow,
  utxoFlow,
} from '../scene/fixtures.test-suite.ts'
import type { Flow } from '../trace/index.ts'
import { changedFlow } from './changedFlow.test-suite.ts'
import { renderReport } from './renderReport.ts'

const CHROMIUM = '/usr/bin/chromium'
/** With as many digits as an amount of an EVM chain can have. */
function longFlow(decimals: number, most = String(2n ** 256n - 1n)): Flow {
  const flow = JSON.parse(JSON.stringify(changedFlow()).replaceAll('"777"', `"${most}"`)) as Flow
  const assets = flow.assets.map((row) => (row.known ? row : { ...row, decimals }))
  return { ...flow, assets }
}
const FLOWS = {
  small: smallFlow(),
  collision: collisionFlow(),
  utxo: utxoFlow(),
  backward: backwardFlow(),
  hostile: hostileFlow(),
  changed: changedFlow(),
  'many places': longFlow(77),
  'a high rate': longFlow(18, '5'),
  'many digits': longFlow(0),
}
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`skipped: the report is not opened in a browser, because ${CHROMIUM} is absent`)

/** What is checked inside the page; plain JavaScript, because this project has no types of the DOM. */
const CHECKS = readFileSync(new URL('pageChecks.js', import.meta.url), 'utf8')
const faults = (page: Page): Promise<string[]> => page.evaluate(`${CHECKS};checks.faults()`)
const leastContrast = (page: Page): Promise<{ ratio: number; text: string }> =>
  page.evaluate(`${CHECKS};checks.leastContrast()`)

describe.skipIf(missing)('the report in a browser', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'lootline-report-'))

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  async function open(
    name: keyof typeof FLOWS,
    view: Parameters<Browser['newPage']>[0],
  ): Promise<{ page: Page; seen: string[] }> {
    const file = join(folder, `${name}.html`)
    writeFileSync(file, renderReport(FLOWS[name], { caseNumber: 'LK-2026/017', flowSha256: 'ab'.repeat(32) }))
    const page = await browser.newPage(view)
    const seen: string[] = []
    page.on('console', (message) => seen.push(message.text()))
    page.on('pageerror', (error) => seen.push(String(error)))
    page.on('dialog', (dialog) => {
      seen.push(dialog.message())
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) seen.push(request.url())
    })
    await page.goto(pathToFileURL(file).href)
    return { page, seen }
  }

  for (const name of Object.keys(FLOWS) as (keyof typeof FLOWS)[]) {
    test(`${name}: quiet, whole, and legible in light and dark, wide and narrow`, async () => {
      const { page, seen } = await open(name, { viewport: { width: 1200, height: 800 } })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const { ratio, text } = await leastContrast(page)
        expect(ratio, `${colorScheme}: ${text}`).toBeGreaterThanOrEqual(4.5)
      }
      // 600 is what is left of 1200 at 200 % zoom (WCAG 2.2, success criterion 1.4.4).
      for (const width of [1200, 900, 768, 600, 360]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await faults(page), `${width} pixels wide`).toEqual([])
      }
      expect(seen).toEqual([])
      await page.close()
    })
  }

  test.each(['many places', 'many digits'] as const)('%s are not cut off on paper', async (name) => {
    const { page } = await open(name, { viewport: { width: 688, height: 900 } })
    await page.emulateMedia({ media: 'print' })
    expect(await faults(page)).toEqual([])
    await page.close()
  })

  test('prints on A4 with every folded list open and nothing cut off', async () => {
    const { page } = await open('utxo', { viewport: { width: 688, height: 900 } })
    await page.emulateMedia({ media: 'print' })
    expect(await faults(page)).toEqual([])
    const closed = await page.evaluate(`${CHECKS};checks.closed()`)
    expect(closed).toBe(0)
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    const pages = pdf.match(/\/Type\s*\/Page\b/g)!.length
    expect(pages).toBeGreaterThan(6)
    expect(pages).toBeLessThan(30)
    expect(new Set(pdf.match(/\/MediaBox\s*\[[^\]]*\]/g))).toEqual(
      new Set(['/MediaBox [0 0 594.95996 841.91998]', '/MediaBox [0 0 841.91998 594.95996]']),
    )
    await page.close()
  })

  test('every link and scrolling picture can be reached and shows its focus', async () => {
    const { page } = await open('small', { viewport: { width: 360, height: 800 } })
    const focusable = await page.locator('a, summary, [tabindex]').count()
    for (let i = 0; i < focusable; i++) {
      await page.keyboard.press('Tab')
      const style = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      expect(style).toBe('solid')
    }
    await page.close()
  })
})
