/** A resource by its name: what a driver does that keeps the pointer. */

import type { Resource } from '../../kernel/resource.ts';

export function findResource(tree: Resource, name: string): Resource | undefined {
  for (const child of tree.children) {
    const found = child.name === name ? child : findResource(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
