/** The JSON of `memhp inspect`. */

import { INSPECT_SCHEMA, type InspectDocument } from './inspect-document.ts';
import type { CaptureError } from '../capture/capture-error.ts';
import type { Finding } from '../capture/finding.ts';
import type { MachineReport } from '../capture/inspect-report.ts';

/** Ranges are `start` and `size` in bytes, whole numbers below 2^53; what is not known is null. */
export function inspectJson(machines: readonly MachineReport[], errors: readonly CaptureError[]): InspectDocument {
  return {
    schema: INSPECT_SCHEMA,
    machines: machines.map(machineJson),
    errors: errors.map(({ code, message, place, help }) => ({
      code,
      message,
      ...place,
      ...(help === undefined ? {} : { help }),
    })),
  };
}

function machineJson(report: MachineReport): InspectDocument['machines'][number] {
  const orNull = <T>(value: T | undefined): T | null => value ?? null;
  const { totals } = report;
  return {
    name: report.name,
    sources: [...report.sources],
    arch: report.arch,
    kernel: { release: orNull(report.kernelRelease), profile: report.profile },
    cmdline: orNull(report.cmdline),
    sizes: {
      page: report.pageSize,
      subsection: report.subsectionSize,
      section: report.sectionSize,
      block: orNull(report.blockSize),
      blockFrom: orNull(report.blockSizeFrom),
    },
    totals: {
      ram: orNull(totals.ram),
      driverRam: orNull(totals.driverRam),
      device: orNull(totals.device),
      blocks: totals.blocks,
      online: orNull(totals.online),
      offline: orNull(totals.offline),
      memmap: orNull(totals.memmap),
    },
    segments: [...report.segments],
    blocks: report.blocks.map((run) => ({
      first: run.first,
      last: run.last,
      start: orNull(run.start),
      size: orNull(run.size),
      state: run.state,
      zones: orNull(run.zones),
      nodes: run.nodes === undefined ? null : [...run.nodes],
    })),
    blocksInferred: report.blocksInferred,
    nodes: report.nodes.map(({ nid, memTotal }) => ({ nid, memTotal: orNull(memTotal) })),
    zones: report.zones.map((zone) => ({ ...zone, startPfn: orNull(zone.startPfn), managed: orNull(zone.managed) })),
    zonesPredicted: report.zonesPredicted,
    devices: report.devices.map(({ start, sizeBytes, ...device }) => ({
      ...device,
      start: orNull(start),
      size: orNull(sizeBytes),
    })),
    findings: report.findings.map(findingJson),
    findingsOmitted: report.findingsOmitted,
    notes: [...report.notes],
    unknown: [...report.unknown],
    assumed: [...report.assumed],
  };
}

function findingJson(finding: Finding): InspectDocument['machines'][number]['findings'][number] {
  const { code, severity, range, text, refuses, values } = finding;
  return {
    code,
    severity,
    start: range?.start ?? null,
    size: range === undefined ? null : range.end - range.start,
    text,
    refuses: refuses ?? null,
    values,
  };
}
