/** @module */
import { resolve } from 'node:path'
import { type ReportOptions, renderReport } from '../report/index.ts'
import { type Command, command, flag, value } from './command.ts'
import { readFlowFile } from './flowFile.ts'
import { grouped, writeJson, writeLine } from './output.ts'
import { writeWhole } from './writeFile.ts'

/** `lootline report`: one self-contained HTML file from a flow. */
export const reportCommand: Command = command({
  name: 'report',
  summary: 'Make one self-contained HTML report from a flow; it fetches nothing and runs nothing.',
  about: 'The same flow and options give the same bytes.',
  arguments: [{ name: '<flow>', help: 'File that trace --out or trace --json has written.' }],
  options: {
    out: value('--out <file>', 'Where the report goes. Default: the flow’s name with .html.'),
    title: value('--title <text>', 'Title of the report.'),
    case: value('--case <number>', 'Case number, on every page.'),
    by: value('--by <name>', 'Who prepared it.'),
    dated: flag('--dated', 'Print the present date and time in it.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline report flow.json --out harmony.html', does: 'writes the report of a flow' },
    {
      run: 'lootline report flow.json --case 2026-17 --by "M. Weber" --dated',
      does: 'writes it with what a file needs',
    },
  ],
  run(context, [typed], { out: named, json, title, case: caseNumber, by, dated }) {
    const { flow, sha256 } = readFlowFile(context, typed!)
    const options: ReportOptions = {
      flowSha256: sha256,
      ...(title === undefined ? {} : { title }),
      ...(caseNumber === undefined ? {} : { caseNumber }),
      ...(by === undefined ? {} : { preparedBy: by }),
      ...(dated ? { generatedTime: context.now() } : {}),
    }
    const out = named ?? `${typed!.replace(/\.json$/i, '')}.html`
    const html = context.interruptible(() => renderReport(flow, options))
    writeWhole(resolve(context.cwd, out), html)
    const bytes = Buffer.byteLength(html)
    if (json) return writeJson(context, { report: out, bytes, flow: typed, flowSha256: sha256 })
    writeLine(context, `${out}: ${grouped(bytes)} bytes, from ${typed} (sha-256 ${sha256})`)
  },
})
