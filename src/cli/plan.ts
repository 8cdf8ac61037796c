/** `memhp plan`: a layout that works, with the least loss. */

import type { Command } from 'commander';
import { parsePlan, parseWishes, PLAN_FORMS, type ParsedPlan } from '../advise/plan/parse-plan.ts';
import { planLayout, planStatus, type Plan } from '../advise/plan/plan.ts';
import { MOST_TRIED } from '../advise/plan/search.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { parseMachineSpec } from '../runbook/machine-spec.ts';
import { sourceText } from '../runbook/source-text.ts';
import { EXIT_USAGE } from './exit-status.ts';
import { readTextFile } from './files.ts';
import { printDiagnostics, printJson, printLines } from './output.ts';
import { PLAN_SCHEMA, planJson, planTroubleJson } from './plan-json.ts';
import { quoted, renderPlan } from './plan-text.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface PlanOptions {
  readonly on?: string;
  readonly want?: readonly string[];
  readonly most: string;
  readonly runbook?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES_TEXT = `Examples:
  memhp plan --on 6.12,memory=64G --want 'dimm 59G'
  memhp plan --on 6.12,memory=64G --want 'dimm 59G' --want 'choose memory 64G|65G'
  memhp plan --on '6.12,memory=4G,qemu=-M q35,nvdimm=on' --want 'nvdimm 2M' --want 'dimm 1G'
  memhp plan my.plan --runbook > my.runbook
`;

const MORE_TEXT = `
A plan is front matter as a runbook's, then one wish a line:
${Object.values(PLAN_FORMS).map((form) => `  ${form}`).join('\n')}

Exit status: 0 everything wished is had, 1 something is missing, 2 bad input, 64 the search ended early.`;

export function registerPlan(program: Command): void {
  program
    .command('plan')
    .summary('a layout that works, with the least loss')
    .description('Finds sizes, order and addresses of devices so that the kernel takes them and the least is lost.')
    .argument('[plan]', 'a file with wishes; - reads standard input')
    .option('--on <machine>', 'the machine, as a description: 6.12,memory=64G')
    .option('--want <wish>', 'a wish (may be repeated)', (one: string, before: string[] = []) => [...before, one])
    .option('--most <n>', 'candidates tried before the search ends', String(MOST_TRIED))
    .option('--runbook', 'print the plan as a runbook')
    .option('--json', `print one JSON document (schema ${PLAN_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE_TEXT)
    .action((file: string | undefined, options: PlanOptions) => {
      process.exitCode = plan(file, options);
    });
}

function plan(file: string | undefined, options: PlanOptions): number {
  const parsed = readPlan(file, options);
  const most = /^[1-9]\d{0,6}$/.test(options.most) ? Number(options.most) : undefined;
  const diagnostics = [...parsed.diagnostics];
  if (most === undefined) {
    const help = 'write --most N, N from 1 to 9999999';
    diagnostics.push(diagnostic('MHP0004', `\`${options.most.slice(0, 40)}\` is no number of candidates`, sourceText('--most', options.most), undefined, { help }));
  }
  if (diagnostics.length > 0 || parsed.problem === undefined || most === undefined) {
    if (options.json === true) printJson(planTroubleJson(diagnostics));
    printDiagnostics(diagnostics, options.color);
    return EXIT_USAGE;
  }
  const found = planLayout(parsed.problem, { most });
  const status = planStatus(found);
  if (options.json === true) printJson(planJson(found));
  else if (options.runbook === true && found.best !== undefined) printLines(runbookLines(found, parsed.title));
  else printLines(renderPlan(found, parsed.title ?? file ?? `planned for ${options.on ?? 'the machine'}`, terminalOf(process.stdout, options.color)));
  return status;
}

function readPlan(file: string | undefined, { on, want }: PlanOptions): ParsedPlan {
  const nothing = { problem: undefined, title: undefined };
  const complain = (message: string, help: string): ParsedPlan => {
    const one: Diagnostic = diagnostic('MHP0004', message, sourceText('command line', ''), undefined, { help });
    return { ...nothing, diagnostics: [one] };
  };
  if (file !== undefined) {
    if (on !== undefined || want !== undefined) return complain('a file and --want exclude each other', 'write the wish into the file');
    const read = readTextFile(file);
    return 'diagnostic' in read ? { ...nothing, diagnostics: [read.diagnostic] } : parsePlan(read.text, file === '-' ? 'standard input' : file);
  }
  if (want === undefined) return complain('there is nothing to plan', "name a file, or write --on 6.12,memory=64G --want 'dimm 59G'");
  if (on === undefined) return complain('--want needs a machine', 'write --on 6.12,memory=64G');
  const { header, diagnostics } = parseMachineSpec(on);
  return diagnostics.length > 0 ? { ...nothing, diagnostics } : parseWishes(want, sourceText('--on', on), header);
}

/** The plan as a text that `memhp run` and `memhp verify` play. What firmware does is a comment. */
function runbookLines({ best, doing }: Plan, title: string | undefined): string[] {
  const { kernel, memory, cmdline, qemu } = best!.choice.description;
  const yaml = (text: string): string => JSON.stringify(text);
  return [
    '---',
    `title: ${yaml(title ?? 'a plan')}`,
    `kernel: ${yaml(kernel)}`,
    `memory: ${yaml(memory)}`,
    ...(cmdline === '' ? [] : [`cmdline: ${yaml(cmdline)}`]),
    ...(qemu.length === 0 ? [] : [`qemu: ${yaml(qemu.map(quoted).join(' '))}`]),
    '---',
    ...doing!.firmware.map((what) => `# firmware: ${what}`),
    ...doing!.lines,
  ];
}
