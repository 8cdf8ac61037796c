/** Colours of the canvas, for the page's theme. The same values stand in styles.css. */

import { computed, effect, signal } from '@preact/signals';
import type { Theme } from './map/draw-map.ts';
import * as store from './store.ts';

const DARK: Theme = {
  back: '#0f1519', empty: '#1a2228', line: '#0b0f12', ink: '#dfe7ec', faint: '#8fa1ad', accent: '#ffb545', other: '#8fc7ff',
};
const LIGHT: Theme = {
  back: '#f4f5f1', empty: '#e3e6e1', line: '#f8f9f6', ink: '#1b2328', faint: '#5a6872', accent: '#9a4a00', other: '#0b5cad',
};

const query = matchMedia('(prefers-color-scheme: dark)');
const prefersDark = signal(query.matches);
query.addEventListener('change', () => (prefersDark.value = query.matches));

export const isDark = computed(() => store.theme.value === 'dark' || (store.theme.value === 'auto' && prefersDark.value));
export const pageTheme = computed(() => (isDark.value ? DARK : LIGHT));

/** Keeps the document's theme in step. */
export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
  });
}
