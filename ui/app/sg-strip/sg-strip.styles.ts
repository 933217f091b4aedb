import { css } from 'lit'

export const styles = css`
  .strip {
    display: flex;
    align-items: center;
    height: 24px;
    padding: 0 4px;
    border-top: 1px solid var(--sg-line);
    background: var(--sg-surface);
    color: var(--sg-muted);
    font: 400 11.5px / 1 var(--sg-sans);
    white-space: nowrap;
    overflow: hidden;
  }

  .item {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 0 10px;
  }

  b {
    color: var(--sg-text);
    font-weight: 500;
    font-size: 11px;
  }

  .item.mono {
    font-size: 11px;
  }

  .grow {
    flex: 1;
  }

  .state {
    --tone: var(--sg-muted);
    color: var(--sg-text);
  }

  .state i {
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--tone);
  }

  .state[data-kind="open"] {
    --tone: var(--sg-ok);
  }

  .state[data-kind="bad"] {
    --tone: var(--sg-pending);
    color: var(--sg-pending);
  }

  .state[data-kind="bad"] i {
    border-radius: 1px;
    transform: rotate(45deg);
  }

  .state[data-kind="wait"] i,
  .state[data-kind="idle"] i {
    background: transparent;
    border: 1.5px solid var(--tone);
  }

  .bad {
    color: var(--sg-pending);
  }

  @media (max-width: 640px) {
    .item {
      padding: 0 8px;
    }

    .wide {
      display: none;
    }
  }
`
