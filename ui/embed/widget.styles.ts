import { css, unsafeCSS } from 'lit'
import tokens from '../styles/tokens.css?inline'

/** The tokens of the dashboard, on the widget instead of the page. */
const ownTokens = unsafeCSS(
  tokens
    .replace(/:root\[data-theme="?light"?\]/g, ':host([data-theme="light"])')
    .replaceAll(':root', ':host'),
)

/** What every widget looks like: a panel with a head, whatever the page around it does. */
export const styles = [
  ownTokens,
  css`
    :host {
      display: block;
      min-width: 0;
      container-type: inline-size;
      color: var(--sg-text);
      font: var(--sg-font);
      text-align: left;
    }

    section {
      display: flex;
      flex-direction: column;
      height: 100%;
      border: 1px solid var(--sg-line);
      border-radius: var(--sg-radius);
      background: var(--sg-surface);
      overflow: hidden;
    }

    section[data-kind="stale"],
    section[data-kind="reconnecting"] {
      border-color: color-mix(in srgb, var(--sg-pending) 40%, var(--sg-line));
    }

    header {
      display: flex;
      align-items: center;
      gap: 8px;
      height: 32px;
      padding: 0 6px 0 12px;
      flex: none;
    }

    h2 {
      flex: 1;
      font: 600 12.5px / 20px var(--sg-sans);
      color: var(--sg-strong);
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    sg-chip {
      flex: none;
    }

    .message {
      padding: 12px 12px 16px;
      overflow-wrap: anywhere;
    }

    .skeleton {
      height: 44px;
      margin: 4px 12px 12px;
      border-radius: var(--sg-radius-s);
      background: linear-gradient(100deg, var(--sg-raised) 35%, var(--sg-hover) 50%, var(--sg-raised) 65%);
      background-size: 250% 100%;
      animation: sweep 1.6s linear infinite;
    }

    @keyframes sweep {
      from {
        background-position: 120% 0;
      }
      to {
        background-position: -60% 0;
      }
    }

    @media (prefers-reduced-motion: reduce) {
      .skeleton {
        animation: none;
      }
    }
  `,
]
