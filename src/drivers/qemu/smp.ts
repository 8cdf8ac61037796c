/** `-smp`: how many processors, in how many sockets. */

import { parseUint64 } from './number.ts';
import { optionValue, parseQemuOpts } from './options.ts';

export interface QemuSmp {
  readonly cpus: number;
  readonly maxCpus: number;
  readonly sockets: number;
  /** Processors of one socket. */
  readonly perSocket: number;
}

const MAX_CPUS = 288;
const NAMES = ['cpus', 'maxcpus', 'sockets', 'dies', 'cores', 'threads'];

/** Reads `-smp`; what is left out is filled up as QEMU 7.2 does, cores before sockets. */
export function readSmp(text: string | undefined): QemuSmp | { readonly error: string } {
  const options = parseQemuOpts(text ?? '', 'cpus');
  const given: Record<string, number> = {};
  for (const { name } of options) {
    if (!NAMES.includes(name)) return { error: `Invalid parameter '${name}'` };
    const value = parseUint64(optionValue(options, name) as string);
    if (value === undefined || value > 1_000_000n) return { error: `Parameter 'smp.${name}' expects integer` };
    given[name] = Number(value);
  }
  let { cpus = 0, maxcpus: maxCpus = 0, sockets = 0, dies = 0, cores = 0, threads = 0 } = given;
  dies ||= 1;
  if (cpus === 0 && maxCpus === 0) {
    sockets ||= 1;
    cores ||= 1;
    threads ||= 1;
  } else {
    maxCpus ||= cpus;
    if (cores === 0) {
      sockets ||= 1;
      threads ||= 1;
      cores = Math.floor(maxCpus / (sockets * dies * threads));
    } else if (sockets === 0) {
      threads ||= 1;
      sockets = Math.floor(maxCpus / (dies * cores * threads));
    }
    threads ||= Math.floor(maxCpus / (sockets * dies * cores));
  }
  maxCpus ||= sockets * dies * cores * threads;
  cpus ||= maxCpus;
  const product = `sockets (${sockets}) * dies (${dies}) * cores (${cores}) * threads (${threads})`;
  if (sockets * dies * cores * threads !== maxCpus) {
    const rule = 'product of the hierarchy must match maxcpus';
    return { error: `Invalid CPU topology: ${rule}: ${product} != maxcpus (${maxCpus})` };
  }
  if (maxCpus < cpus) {
    const rule = 'maxcpus must be equal to or greater than smp';
    return { error: `Invalid CPU topology: ${rule}: ${product} == maxcpus (${maxCpus}) < smp_cpus (${cpus})` };
  }
  if (maxCpus > MAX_CPUS) {
    return { error: `Invalid SMP CPUs ${maxCpus}. The max CPUs supported by machine 'pc-q35-7.2' is ${MAX_CPUS}` };
  }
  return { cpus, maxCpus, sockets, perSocket: dies * cores * threads };
}
