import { expect, test } from 'vitest'
import { COMMANDS, GROUPS } from './commands.ts'
import { EXIT_CODES } from './exitCodes.ts'
import { runCli } from './runCli.test-suite.ts'

/** The page is made from the commands' own descriptions: `npx vitest run src/cli/cliPage.test.ts --update=all` writes it. */
test('docs/cli.md is what the commands say of themselves', async () => {
  const sections: string[] = []
  for (const { name } of COMMANDS) {
    const { stdout } = await runCli([...name.split(' '), '--help'])
    sections.push(`### lootline ${name}\n\n\`\`\`text\n${stdout.trimEnd()}\n\`\`\``)
  }
  const page = `# The command line

\`lootline <command> [arguments] [options]\`. In a checkout: \`npx lootline …\` after \`npm ci\`.

- **Store.** \`--store\`, else \`LOOTLINE_STORE\`, else the nearest \`.lootline/\` folder at or above the one you are in.
  Commands that add to a store make it where it does not exist.
- **Output.** Results go to stdout, progress and failures to stderr. \`--json\` prints JSON; amounts are strings of base
  units, USD is whole cents or \`unpriced\`, times are unix seconds.
- **Colours** only on a terminal, and never with \`NO_COLOR\`. Text from files and chains is made printable first.
- **Files** are written whole or not at all. Ctrl-C leaves nothing half-written; an interrupted import goes on where it
  stopped when the same command is given again.
- **Failures** are \`error CODE: what\` and \`next: what to do\`; with \`--json\` an object on stderr:
  \`{"error": {"code", "message", "next", "data"}}\`.

## Exit codes

| code | name | means |
|---:|---|---|
${Object.entries(EXIT_CODES)
  .map(([name, { code, means }]) => `| ${code} | ${name} | ${means} |`)
  .join('\n')}

## Commands

| command | does |
|---|---|
${COMMANDS.map(({ name, summary }) => `| [\`${name}\`](#lootline-${name.replaceAll(' ', '-')}) | ${summary} |`).join('\n')}

${Object.entries(GROUPS)
  .map(([noun, what]) => `- \`${noun}\`: ${what}`)
  .join('\n')}

${sections.join('\n\n')}
`
  await expect(page).toMatchFileSnapshot('../../docs/cli.md')
})
