import { css } from 'lit'

export const styles = css`
  .row {
    display: grid;
    grid-template-columns: minmax(140px, 1.2fr) 140px 110px minmax(0, 4fr);
    align-items: center;
    gap: 16px;
    min-height: 40px;
    padding: 0 16px;
    border-top: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
    content-visibility: auto;
    contain-intrinsic-size: auto 40px;
  }

  .row.head {
    min-height: 32px;
    border-top: 0;
    color: var(--sg-muted);
    font: 500 11.5px / 1 var(--sg-sans);
  }

  a.row {
    transition: background 120ms var(--sg-ease);
  }

  a.row:hover {
    background: var(--sg-hover);
  }

  a.row:focus-visible {
    box-shadow: inset 0 0 0 2px var(--sg-accent);
  }

  .name {
    color: var(--sg-strong);
    font-weight: 500;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .age {
    font-size: 12px;
    white-space: nowrap;
  }

  .values {
    display: flex;
    gap: 20px;
    overflow: hidden;
  }

  .value {
    display: inline-flex;
    align-items: baseline;
    gap: 7px;
    white-space: nowrap;
    font-size: 12px;
  }

  b {
    color: var(--sg-strong);
    font-weight: 500;
    min-width: 7ch;
  }

  .blank i {
    height: 10px;
    width: 60%;
    border-radius: var(--sg-radius-s);
    background: var(--sg-raised);
  }

  @media (max-width: 760px) {
    .row {
      grid-template-columns: minmax(0, 1fr) auto auto;
      gap: 4px 14px;
      padding: 9px 14px;
    }

    .row.head {
      display: none;
    }

    .row.head + .row {
      border-top: 0;
    }

    .values {
      grid-column: 1 / -1;
      flex-wrap: wrap;
      gap: 2px 16px;
    }

    b {
      min-width: 0;
    }
  }
`
