import { css } from 'lit'

export const styles = css`
  li {
    display: grid;
    grid-template-columns: 92px minmax(0, 1fr) auto auto;
    align-items: center;
    gap: 4px 16px;
    min-height: 48px;
    padding: 6px 16px;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
  }

  li:last-child {
    border-bottom: 0;
  }

  li:hover {
    background: var(--sg-hover);
  }

  .what {
    min-width: 0;
  }

  .what > * {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  b {
    color: var(--sg-strong);
    font-weight: 600;
  }

  a:hover {
    color: var(--sg-accent);
  }

  .series {
    color: var(--sg-muted);
    font-size: 12px;
    line-height: 18px;
  }

  .value {
    text-align: right;
    font-size: 12.5px;
  }

  .value b {
    color: var(--sg-firing);
  }

  .since {
    min-width: 92px;
    text-align: right;
    color: var(--sg-muted);
    font-size: 12px;
  }

  em {
    margin-left: 6px;
    color: var(--sg-muted);
    font: 400 12px / 18px var(--sg-sans);
  }

  em.critical {
    color: var(--sg-firing);
  }

  em.warning {
    color: var(--sg-pending);
  }

  .more {
    padding: 10px 16px;
    border-top: 1px solid var(--sg-line);
    color: var(--sg-muted);
    font-size: 12px;
  }

  @media (max-width: 640px) {
    li {
      grid-template-columns: minmax(0, 1fr) auto;
      padding: 8px 12px;
    }

    .what {
      grid-column: 1 / -1;
      grid-row: 2;
    }

    .value {
      grid-column: 1;
      grid-row: 3;
      text-align: left;
    }

    .since {
      grid-column: 2;
      grid-row: 1;
    }
  }
`
