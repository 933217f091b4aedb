import { html, svg, type TemplateResult } from 'lit'

const icon = (shape: TemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`

/** Line icons on a 16 px grid; they take the colour of their text. */
export const icons = {
  overview: icon(
    svg`<rect x="2" y="2" width="5" height="5" rx="1.2"/><rect x="9" y="2" width="5" height="5" rx="1.2"/><rect x="2" y="9" width="5" height="5" rx="1.2"/><rect x="9" y="9" width="5" height="5" rx="1.2"/>`,
  ),
  tenant: icon(svg`<path d="M1.5 9h2.8l2-5.5 3.2 9 2-5H14.5"/>`),
  agents: icon(
    svg`<rect x="2" y="2.5" width="12" height="4.5" rx="1.2"/><rect x="2" y="9" width="12" height="4.5" rx="1.2"/><path d="M4.7 4.75h.01M4.7 11.25h.01"/>`,
  ),
  alerts: icon(
    svg`<path d="M8 2a4 4 0 0 0-4 4v2.6L2.8 11h10.4L12 8.6V6a4 4 0 0 0-4-4zM6.6 13.2a1.5 1.5 0 0 0 2.8 0"/>`,
  ),
  rules: icon(svg`<path d="M2 9.5h12M2 5.5h1.5M5.5 5.5H7M9 5.5h1.5M12.5 5.5H14M3 13l2.5-7 3 5 2-8.5"/>`),
  edit: icon(svg`<path d="M3 13l.7-3L10.6 3.1a1.1 1.1 0 0 1 1.6 0l.7.7a1.1 1.1 0 0 1 0 1.6L6 12.3z"/>`),
  trash: icon(svg`<path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9"/>`),
  send: icon(svg`<path d="M2.5 8l11-5-3.5 10.5-2.5-4.2z"/>`),
  settings: icon(
    svg`<path d="M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6"/><circle cx="10" cy="4.5" r="1.8"/><circle cx="6" cy="11.5" r="1.8"/>`,
  ),
  earlier: icon(svg`<path d="M10 3.5 5.5 8l4.5 4.5"/>`),
  later: icon(svg`<path d="M6 3.5 10.5 8 6 12.5"/>`),
  zoomOut: icon(svg`<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5M5 7h4"/>`),
  pause: icon(svg`<path d="M5.5 3.5v9M10.5 3.5v9"/>`),
  play: icon(svg`<path d="M5 3.2v9.6l7.5-4.8z"/>`),
  table: icon(
    svg`<rect x="2" y="2.5" width="12" height="11" rx="1.4"/><path d="M2 6.5h12M2 10h12M6.5 6.5v7"/>`,
  ),
  chart: icon(svg`<path d="M2 2.5v11h12M4.5 10l2.5-3.5 2.5 2 3.5-4.5"/>`),
  expand: icon(svg`<path d="M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4.5 4.5M2.5 13.5l4.5-4.5"/>`),
  shrink: icon(svg`<path d="M13 6.5H9.5V3M3 9.5h3.5V13M9.5 6.5l4-4M6.5 9.5l-4 4"/>`),
  sun: icon(
    svg`<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1"/>`,
  ),
  moon: icon(svg`<path d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z"/>`),
  out: icon(svg`<path d="M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 5l3 3-3 3M13 8H6.5"/>`),
  menu: icon(svg`<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>`),
  close: icon(svg`<path d="M4 4l8 8M12 4l-8 8"/>`),
  copy: icon(
    svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.3"/><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"/>`,
  ),
  check: icon(svg`<path d="M3 8.5l3.2 3.2L13 5"/>`),
  warn: icon(svg`<path d="M8 2.2l6.3 11.1H1.7zM8 6.5v3M8 11.4h.01"/>`),
  arrow: icon(svg`<path d="M3 8h10M9 4l4 4-4 4"/>`),
  add: icon(svg`<path d="M8 3v10M3 8h10"/>`),
  revoke: icon(svg`<circle cx="8" cy="8" r="5.6"/><path d="M4.1 4.1l7.8 7.8"/>`),
  search: icon(svg`<circle cx="7" cy="7" r="4.3"/><path d="M10.3 10.3l3.2 3.2"/>`),
} as const

/** The product's mark. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
  <path
    d="M4 18.5h6l3-9 5.5 14 3.2-8.5H28"
    fill="none"
    stroke="var(--sg-accent)"
    stroke-width="2.8"
    stroke-linecap="round"
    stroke-linejoin="round"
  />
  <circle cx="26" cy="8" r="2.8" fill="var(--sg-firing)" />
</svg>`
