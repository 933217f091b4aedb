import { css } from 'lit'

export const styles = css`
  :host {
    --tone: var(--sg-muted);
    display: inline-flex;
    align-items: center;
    gap: 7px;
    height: 20px;
    padding: 0 8px 0 7px;
    border: 1px solid color-mix(in srgb, var(--tone) 35%, transparent);
    border-radius: 10px;
    background: color-mix(in srgb, var(--tone) 9%, transparent);
    color: var(--tone);
    font: 500 10.5px / 1 var(--sg-mono);
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.02em;
    white-space: nowrap;
  }

  i {
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--tone);
    flex: none;
  }

  :host([data-kind="live"]) {
    --tone: var(--sg-text);
    border-color: var(--sg-line);
    background: var(--sg-raised);
  }

  :host([data-kind="live"]) i {
    position: relative;
    background: var(--sg-firing);
  }

  /* a layer of its own that is only scaled and faded: a pulse must not cost a repaint of the page */
  :host([data-kind="live"]) i::after {
    content: "";
    position: absolute;
    inset: 0;
    border-radius: 50%;
    background: var(--sg-firing);
    animation: pulse 1.6s ease-out infinite;
    will-change: transform, opacity;
  }

  :host([data-kind="history"]) i {
    border-radius: 1px;
    height: 3px;
    width: 9px;
  }

  :host([data-kind="paused"]) i {
    width: 8px;
    height: 8px;
    border-radius: 0;
    background: linear-gradient(90deg, var(--tone) 0 3px, transparent 3px 5px, var(--tone) 5px);
  }

  :host([data-kind="paused"]) {
    --tone: var(--sg-accent);
  }

  :host([data-kind="behind"]),
  :host([data-kind="stale"]) {
    --tone: var(--sg-pending);
  }

  :host([data-kind="stale"]) i,
  :host([data-kind="empty"]) i {
    background: transparent;
    border: 1.5px solid var(--tone);
  }

  :host([data-kind="behind"]) i {
    border-radius: 1px;
    transform: rotate(45deg);
  }

  :host([data-kind="error"]),
  :host([data-kind="crowded"]),
  :host([data-kind="denied"]) {
    --tone: var(--sg-firing);
  }

  :host([data-kind="error"]) i,
  :host([data-kind="crowded"]) i,
  :host([data-kind="denied"]) i {
    border-radius: 1px;
  }

  :host([data-kind="reconnecting"]) {
    --tone: var(--sg-pending);
  }

  :host([data-kind="reconnecting"]) i,
  :host([data-kind="connecting"]) i,
  :host([data-kind="loading"]) i {
    background: transparent;
    border: 1.5px solid color-mix(in srgb, var(--tone) 35%, transparent);
    border-top-color: var(--tone);
    animation: turn 0.9s linear infinite;
  }

  @keyframes pulse {
    0% {
      transform: scale(1);
      opacity: 0.7;
    }
    70%,
    100% {
      transform: scale(2.5);
      opacity: 0;
    }
  }

  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    i,
    i::after {
      animation: none !important;
    }
  }
`
