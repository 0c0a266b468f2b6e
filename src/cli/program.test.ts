import { describe, expect, test } from 'vitest'
import { COMMANDS } from './commands.ts'
import { EXIT_CODES } from './exitCodes.ts'
import { runCli, temporaryFolder } from './runCli.test-suite.ts'

describe('run', () => {
  test('no command at all shows the commands on stderr and is a usage error', async () => {
    const { code, stdout, stderr } = await runCli([])
    expect({ code, stdout }).toEqual({ code: EXIT_CODES.usage.code, stdout: '' })
    expect(stderr).toContain('Commands:')
    expect(stderr).toContain('error CLI_USAGE: Say what to do')
  })

  test.each([
    [['imprt', 'a.csv'], 'Did you mean import?'],
    [['import', 'a.csv', '--stor', 'x'], 'Did you mean --store?'],
    [['labels', 'ad'], 'Did you mean add?'],
  ])('%j gets a suggestion', async (argv, suggestion) => {
    const { code, stdout, stderr } = await runCli(argv)
    expect({ code, stdout }).toEqual({ code: EXIT_CODES.usage.code, stdout: '' })
    expect(stderr).toContain(suggestion)
    expect(stderr).toMatch(/^error CLI_USAGE: .+\nnext: .+\n$/)
  })

  test('with --json the error object goes to stderr, and stdout stays empty', async () => {
    const { code, stdout, stderr } = await runCli(['store', 'status', '--store', 'none', '--json'])
    expect({ code, stdout }).toEqual({ code: EXIT_CODES.store.code, stdout: '' })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'STORE_MISSING', next: expect.any(String) } })
  })

  test('help of a command is the same three ways, and goes to stdout', async () => {
    const [first, ...others] = await Promise.all(
      [
        ['trace', '--help'],
        ['trace', '-h'],
        ['help', 'trace'],
      ].map((argv) => runCli(argv)),
    )
    expect(first!.code).toBe(0)
    expect(first!.stdout).toContain('Usage: lootline trace')
    for (const other of others) expect(other).toEqual(first)
  })

  test('what a stranger wrote cannot drive the terminal', async () => {
    const { stderr } = await runCli(['\u001b[2Jinit'], { terminal: true, env: { NO_COLOR: '1' } })
    expect(stderr).not.toContain('\u001b')
    expect(stderr).toContain('\\u{1b}[2Jinit')
  })

  test.each([
    [{ terminal: true, env: {} }, true],
    [{ terminal: true, env: { NO_COLOR: '1' } }, false],
    [{ terminal: true, env: { NO_COLOR: '' } }, true],
    [{ terminal: true, env: { TERM: 'dumb' } }, false],
    [{ terminal: false, env: {} }, false],
  ])('colours with %j: %s', async (world, coloured) => {
    const { stderr } = await runCli(['nonsense'], world)
    expect(stderr.includes('\u001b[')).toBe(coloured)
  })
})

describe('commands', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s has help with examples',
    async (name, command) => {
      const { code, stdout, stderr } = await runCli([...name.split(' '), '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`Usage: lootline ${name}`)
      expect(command.examples.length, 'examples').toBeGreaterThan(0)
      for (const { run } of command.examples) {
        expect(stdout).toContain(run)
        expect(run).toContain(`lootline ${name}`)
      }
    },
  )

  test('every command that prints can print JSON', () => {
    expect(COMMANDS.filter(({ options }) => options['json'] === undefined).map(({ name }) => name)).toEqual(
      [],
    )
  })
})

describe('init', () => {
  test('makes a store, and again without harm', async () => {
    const cwd = temporaryFolder()
    const first = await runCli(['init', '--json'], { cwd })
    expect(first).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ store: `${cwd}/.lootline` }, null, 2)}\n`,
      stderr: '',
    })
    expect((await runCli(['init'], { cwd })).code).toBe(0)
  })

  test('leaves a folder with other things alone', async () => {
    const { code, stderr } = await runCli(['init', '--store', import.meta.dirname])
    expect(code).toBe(EXIT_CODES.store.code)
    expect(stderr).toContain('error STORE_NOT_EMPTY')
  })

  test('takes LOOTLINE_STORE', async () => {
    const cwd = temporaryFolder()
    const { stdout } = await runCli(['init', '--json'], { cwd, env: { LOOTLINE_STORE: 'here' } })
    expect(JSON.parse(stdout)).toEqual({ store: `${cwd}/here` })
  })
})

describe('help', () => {
  test('exit-codes', async () => {
    const { stdout } = await runCli(['help', 'exit-codes', '--json'])
    expect(JSON.parse(stdout)).toEqual(Object.entries(EXIT_CODES).map(([name, row]) => ({ ...row, name })))
  })

  test('an unknown topic is a usage error that names the topics', async () => {
    const { code, stderr } = await runCli(['help', 'constructor'])
    expect(code).toBe(EXIT_CODES.usage.code)
    expect(stderr).toContain('exit-codes')
  })
})
