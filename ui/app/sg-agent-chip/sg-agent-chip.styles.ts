import { css } from 'lit'

export const styles = css`
  :host {
    min-width: 0;
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 10px;
    max-width: 100%;
    height: 28px;
    padding: 0 3px 0 12px;
    border: 1px solid color-mix(in srgb, var(--sg-accent) 45%, transparent);
    border-radius: 14px;
    background: var(--sg-accent-weak);
    white-space: nowrap;
  }

  b {
    color: var(--sg-strong);
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .age {
    color: var(--sg-muted);
    font-size: 11.5px;
  }

  button {
    width: 22px;
    height: 22px;
    padding: 0;
    border-radius: 11px;
  }

  button svg.icon {
    width: 12px;
    height: 12px;
  }

  @media (max-width: 640px) {
    .age {
      display: none;
    }
  }
`
