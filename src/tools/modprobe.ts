/** modprobe as busybox has it, for the modules the model knows. */

import type { Machine } from '../drivers/machine.ts';
import {
  deepestNeed,
  isKnownModule,
  loadModule,
  MODULE_NAMES,
  moduleAccepts,
  moduleExists,
  moduleInUse,
  moduleName,
  moduleParameters,
  unloadModule,
  type ModuleParameters,
} from '../drivers/modules.ts';
import { nearest } from './nearest.ts';
import { readLetters } from './read-input.ts';
import { NotModelled, type Tool, type ToolContext } from './tool.ts';

function known(name: string): string {
  if (isKnownModule(name)) return name;
  const near = nearest(moduleName(name), MODULE_NAMES);
  throw new NotModelled(
    `the module \`${name}\` is not modelled`,
    undefined,
    near === undefined ? `modelled are ${MODULE_NAMES.join(', ')}` : `did you mean \`${near}\`?`,
  );
}

/** Parameters on the kernel command line, `module.name=value`, then those typed; later ones win. */
function parametersOf(machine: Machine, name: string, typed: readonly string[]): ModuleParameters {
  const own = moduleName(name);
  const known = moduleParameters(machine, own);
  const given = new Map<string, string>();
  const add = (word: string, mayBeOther: boolean): void => {
    const [parameter, ...rest] = word.split('=');
    if (known.includes(moduleName(parameter as string))) given.set(moduleName(parameter as string), rest.join('='));
    else if (!mayBeOther) {
      const help = known.length > 0 ? `modelled are ${known.join(', ')}` : 'to load several modules, use `modprobe -a`';
      throw new NotModelled(`the parameter \`${word}\` of the module \`${own}\` is not modelled`, undefined, help);
    }
  };
  for (const word of machine.devices.cmdline.split(/\s+/)) {
    const dot = word.indexOf('.');
    if (dot > 0 && moduleName(word.slice(0, dot)) === own) add(word.slice(dot + 1), true);
  }
  for (const word of typed) add(word, false);
  if (moduleAccepts(own, given)) return given;
  throw new NotModelled(
    `\`${[...given].map(([key, value]) => `${key}=${value}`).join(' ')}\` is no value ${own} takes`,
  );
}

/** Loads one; 1 when the kernel has no such module. */
function load(context: ToolContext, name: string, typed: readonly string[]): number {
  if (!moduleExists(context.machine, known(name))) {
    context.stderr(`modprobe: module ${name} not found in modules.dep\n`);
    return 1;
  }
  loadModule(context.machine, name, parametersOf(context.machine, name, typed));
  return 0;
}

/** `modprobe NAME [PARAMETER=VALUE]…` loads one; `-a` loads all named; `-r` unloads. `-q`, `-v` say nothing here. */
export const modprobe: Tool = (context, args) => {
  const { options, operands } = readLetters('modprobe', args, '+arqb');
  const { machine } = context;
  if (options.has('r')) {
    let status = 0;
    for (const name of operands) {
      if (machine.kernel.profile.does.driversBuiltIn) {
        throw new NotModelled(
          `${moduleName(known(name))} is part of this kernel, which has no modules: it cannot be unloaded`,
        );
      }
      if (moduleInUse(machine, known(name))) {
        context.stderr(`modprobe: can't unload module '${moduleName(name)}': Resource temporarily unavailable\n`);
        status = 1;
        continue;
      }
      unloadModule(machine, name);
      // Silent where what it needed stays in use; the last one tried decides.
      if (machine.devices.modules.includes(deepestNeed(name) ?? '')) status = 1;
    }
    return status;
  }
  const [first, ...parameters] = operands;
  if (first === undefined) return 0;
  if (!options.has('a')) return load(context, first, parameters);
  for (const name of operands) known(name);
  return operands.map((name) => load(context, name, [])).reduce((worst, status) => Math.max(worst, status), 0);
};
