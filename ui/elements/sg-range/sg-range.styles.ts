import { css } from 'lit'

export const styles = css`
  :host {
    position: relative;
    display: inline-flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .group {
    display: inline-flex;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    overflow: hidden;
  }

  .group button {
    display: inline-grid;
    place-items: center;
    height: 26px;
    padding: 0 11px;
    border: 0;
    border-radius: 0;
    background: var(--sg-raised);
    color: var(--sg-muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .group button + button {
    border-left: 1px solid var(--sg-line);
  }

  .group button[aria-pressed="true"] {
    background: var(--sg-accent-weak);
    color: var(--sg-accent);
  }

  .group button:focus-visible {
    box-shadow: inset 0 0 0 2px var(--sg-accent);
  }

  .group svg.icon {
    width: 14px;
    height: 14px;
  }

  form {
    position: absolute;
    z-index: 20;
    top: calc(100% + 6px);
    right: 0;
    display: grid;
    gap: 10px;
    width: 260px;
    padding: 12px;
    border: 1px solid var(--sg-line-strong);
    border-radius: var(--sg-radius);
    background: var(--sg-raised);
  }

  form[hidden] {
    display: none;
  }

  form label {
    display: grid;
    gap: 4px;
    color: var(--sg-muted);
    font-size: 12px;
  }

  form input {
    width: 100%;
    box-sizing: border-box;
    color-scheme: inherit;
  }

  @media (max-width: 640px) {
    :host {
      width: 100%;
    }

    .group {
      display: flex;
      flex: 1 1 100%;
    }

    .group button {
      flex: 1;
      padding: 0 2px;
      font-size: 12px;
    }

    .group button[aria-expanded] {
      flex: 2 0 auto;
      padding: 0 6px;
    }

    form {
      left: 0;
      right: 0;
      width: auto;
    }
  }
`
