/**
 * memhp as a library. Everything here is what the program itself is made of; `docs/library.md` lists it.
 *
 * @example
 * import { buildMachine, runShell } from 'memhp';
 * const machine = buildMachine({ kernel: '6.12', memory: '2G', cmdline: '', qemu: [] });
 * runShell(machine, 'echo offline > /sys/devices/system/memory/memory0/state').output;
 * // ['sh: write error: Invalid argument']
 */

// A machine, and typing at it.
export { buildMachine, MachineDescriptionError, type MachineDescription } from './drivers/build-machine.ts';
export { Machine, type DeviceState, type MachineSnapshot } from './drivers/machine.ts';
export { runShell } from './tools/shell.ts';
export { runMonitor } from './tools/monitor.ts';
export { NotModelled } from './tools/tool.ts';
export type { CommandResult } from './tools/command-result.ts';
export { modelFiles } from './sysfs/model-files.ts';
export type { FileTree, WritableFileTree } from './sysfs/file-tree.ts';
export { lsmem } from './tools/lsmem.ts';
export { chmem } from './tools/chmem.ts';

// Runbooks.
export { parseRunbook, type ParsedRunbook } from './runbook/parse.ts';
export { playRunbook, runStatus, type RunResult } from './runbook/play.ts';
export type { CommandRun, Verdict } from './runbook/verdict.ts';
export { updateRunbook } from './runbook/update.ts';
export type { Runbook } from './runbook/runbook.ts';
export type { Diagnostic } from './runbook/diagnostic.ts';
export { renderDiagnostics } from './runbook/render-diagnostics.ts';
export { Session } from './runbook/session.ts';
export type { SessionStep } from './runbook/session-step.ts';
export { complete } from './runbook/complete/complete.ts';
export type { Completion } from './runbook/complete/completion.ts';

// Why, and what instead.
export { whyOf, type Explanation } from './advise/why/why.ts';
export { nearestLegal, type NearestOptions } from './advise/nearest/nearest.ts';
export type { Suggestion } from './advise/nearest/suggestion.ts';

export { explainText, Explainer, type ExplainOptions } from './advise/explain/explain.ts';
export type { Story } from './advise/explain/story.ts';

// What is lost, what works, what changes.
export { accountOfMachine } from './advise/audit/machine-account.ts';
export type { Account, DeviceAccount } from './advise/audit/account.ts';
export { auditCapture, auditPlayable, type Audit, type AuditOptions } from './advise/audit/audit.ts';
export { parsePlan, type ParsedPlan } from './advise/plan/parse-plan.ts';
export { planLayout, type Plan } from './advise/plan/plan.ts';
export type { PlanProblem, Wish } from './advise/plan/plan-problem.ts';
export { compareRunbook, type CompareOptions, type Flip } from './advise/compare/compare.ts';
export { builderOf, variantsOf, type BuildVariant, type Variant } from './advise/compare/variant.ts';
export { driftOf, prepareDrift, sweepDrift, type Drift, type NamespaceFate } from './advise/drift/drift.ts';
export { constantsOf, type Constant, type ConstantsQuery } from './advise/constants.ts';

// The memory core.
export { profileNames, resolveProfile, type KernelProfile } from './kernel/profile/profile.ts';
export { ARCHITECTURES, type ArchConstants } from './kernel/profile/arch.ts';
export { boot } from './kernel/boot/boot.ts';
export type { BootInput, BootMap, E820Entry, SratMemory } from './kernel/boot/boot-map.ts';
export { createKernel } from './kernel/create-kernel.ts';
export { Kernel, type KernelSnapshot } from './kernel/kernel.ts';
export type { CheckPoint, CheckStep, Explain } from './kernel/explain.ts';
export { errnoName, strerror, type Errno } from './kernel/errno.ts';
export { pfnSectionValid, pfnToOnlinePage, pfnValid, onlinePfnRuns } from './kernel/pfn.ts';
export { addMemory, addMemoryDriverManaged, type MhpFlags } from './kernel/memory-hotplug.ts';
export { offlineAndRemoveMemory, removeMemory } from './kernel/memory-remove.ts';
export { deviceOffline, deviceOnline, stateStore, validZones } from './kernel/memory-block.ts';
export { memremapPages, memunmapPages, type Pgmap } from './kernel/memremap.ts';
export { printIomem, regionIntersects, systemRamRanges } from './kernel/resource-query.ts';
export type { Resource } from './kernel/resource.ts';
export { violations } from './kernel/invariants.ts';
export { logLines, type LogLine } from './kernel/log.ts';

// Real machines and real kernels.
export { parseIomem } from './capture/iomem.ts';
export { parseBootLog, bootInputOf, type BootLog } from './capture/boot-log.ts';
export type { ReadSource } from './capture/read-bytes.ts';
export { readHost, readSource } from './capture/read-source.ts';
export { machineDescriptionOf, type CapturedDescription } from './capture/machine-description.ts';
export { inspect, type InspectOptions, type InspectReport } from './cli/inspect.ts';
export { parseRecording, RecordingError, type RecordedState, type Recording } from './realkernel/recording.ts';
export { machineOfRecording } from './realkernel/machine-of-recording.ts';
export { replayRecording, countFacets, type Comparison, type Replay } from './realkernel/replay.ts';
export { stateOfMachine } from './realkernel/model-state.ts';

// Pictures.
export { pictureOfKernel } from './view/picture-of-kernel.ts';
export type { Picture, Segment, OwnerKind } from './view/picture.ts';
export { renderMap, type MapOptions } from './view/map.ts';
export { renderMapDiff } from './view/map-diff.ts';
export { renderSvg } from './view/svg.ts';
export { renderHtmlReport } from './view/report/page.ts';
export { renderSvgReport } from './view/report/run-svg.ts';
export type { Report, ReportStep } from './view/report/report.ts';
