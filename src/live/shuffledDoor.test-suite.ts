/** A door whose answers come in an order drawn by seed: what is under way at once is given in any order. */
import type { Door } from '../net/index.ts'
import type { Random } from '../simulate/random.ts'

/** Holds answers back until nothing more is under way, then gives the one that the draw puts first. */
export function shuffledDoor(door: Door, draw: Random): Door {
  const held: { readonly rank: number; readonly give: () => void }[] = []
  let underWay = 0
  // Whoever is given an answer asks on before the next turn.
  const turn = (): void => {
    setImmediate(() => {
      if (held.length === 0 || held.length < underWay) return
      held.sort((a, b) => a.rank - b.rank)
      underWay--
      held.shift()!.give()
      turn()
    })
  }
  return {
    ...door,
    async ask(question) {
      underWay++
      const rank = draw.u32()
      const asked = door.ask(question)
      await asked.catch(() => {})
      await new Promise<void>((give) => {
        held.push({ rank, give })
        turn()
      })
      return asked
    },
  }
}
