/**
 * A small assembler for WebAssembly: enough to emit a module of straight SIMD code that imports one memory. Binary format:
 * WebAssembly Core Specification 2.0, section 5; SIMD instructions: the same, section 5.4.8 (prefix 0xfd).
 * @module
 */

/** Value types (5.3.1, 5.3.2). */
export const I32 = 0x7f
export const V128 = 0x7b

/** A function: i32 parameters, no result, locals after the parameters. */
export interface WasmFunction {
  readonly name: string
  /** Number of i32 parameters. */
  readonly parameters: number
  /** Locals in groups: `[count, type]`. */
  readonly locals: readonly (readonly [count: number, type: number])[]
  /** Instructions without the closing `end`. */
  readonly body: readonly number[]
}

/** Unsigned LEB128 (5.2.2), below 2^32. */
function u32(value: number): number[] {
  const out: number[] = []
  let rest = value >>> 0
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  out.push(rest)
  return out
}

/** `i32.const`; signed LEB128, for 0 to 2^31 - 1. */
export function constant(value: number): number[] {
  const out = [0x41]
  let rest = value
  while (rest >= 0x40) {
    out.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  out.push(rest)
  return out
}

export function get(local: number): number[] {
  return [0x20, ...u32(local)]
}

export function set(local: number): number[] {
  return [0x21, ...u32(local)]
}

export function call(index: number): number[] {
  return [0x10, ...u32(index)]
}

export const I32_ADD: readonly number[] = [0x6a]
export const I32_SUB: readonly number[] = [0x6b]

/** Memory access with a constant offset and no promise of alignment. */
function memory(code: readonly number[], offset: number): number[] {
  return [...code, 0, ...u32(offset)]
}

export function loadI32(offset: number): number[] {
  return memory([0x28], offset)
}

export function storeI32(offset: number): number[] {
  return memory([0x36], offset)
}

export function load(offset: number): number[] {
  return memory([0xfd, 0x00], offset)
}

export function store(offset: number): number[] {
  return memory([0xfd, 0x0b], offset)
}

/** `i8x16.shuffle`: lanes 0 to 15 of the first operand, 16 to 31 of the second. */
export function shuffle(lanes: readonly number[]): number[] {
  return [0xfd, 0x0d, ...lanes]
}

export const V_ZERO: readonly number[] = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
export const V_AND: readonly number[] = [0xfd, 0x4e]
export const V_XOR: readonly number[] = [0xfd, 0x51]
/** `i32x4.add` */
export const V_ADD: readonly number[] = [0xfd, 0xae, 0x01]

/** `i32x4.shl` and `i32x4.shr_u` by a constant. */
export function shiftLeft(bits: number): number[] {
  return [...constant(bits), 0xfd, 0xab, 0x01]
}

export function shiftRight(bits: number): number[] {
  return [...constant(bits), 0xfd, 0xad, 0x01]
}

/** Runs `body` while the i32 that `condition` leaves is not zero; looks first. */
export function whileLoop(condition: readonly number[], body: readonly number[]): number[] {
  // block; loop; condition; i32.eqz; br_if 1; body; br 0; end; end
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b]
}

/** `a < b`, unsigned, of the two i32 on the stack. */
export const I32_LESS: readonly number[] = [0x49]

/** The module's bytes: imports memory `env.memory`, exports every function by its name. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...u32(parameters),
    ...new Array<number>(parameters).fill(I32),
    0,
  ])
  const bodies = functions.map(({ locals, body }) => {
    const groups = locals.map(([count, type]) => [...u32(count), type])
    return sized(vector(groups).concat(body, 0x0b))
  })
  return Uint8Array.from(
    [
      // Magic and version (5.5.16).
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 1]])),
      section(3, vector(functions.map((_, i) => u32(i)))),
      section(7, vector(functions.map(({ name }, i) => [...text(name), 0x00, ...u32(i)]))),
      section(10, vector(bodies)),
    ].flat(),
  )
}

function section(id: number, content: number[]): number[] {
  return [id].concat(sized(content))
}

function sized(content: number[]): number[] {
  return u32(content.length).concat(content)
}

function vector(items: readonly (readonly number[])[]): number[] {
  return u32(items.length).concat(items.flat())
}

function text(name: string): number[] {
  return sized([...Buffer.from(name, 'utf8')])
}
