import { css } from 'lit'

export const styles = css`
  :host {
    margin-top: 12px;
    padding: 0;
  }

  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 4px 16px;
    padding: 10px 10px 10px 16px;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
  }

  li:last-child {
    border-bottom: 0;
  }

  .what {
    min-width: 0;
  }

  .what p {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .what .mono {
    font-size: 12px;
  }

  .name {
    color: var(--sg-strong);
    font-weight: 500;
  }

  .name em {
    margin-left: 8px;
    color: var(--sg-muted);
    font: 400 12px / 18px var(--sg-sans);
  }

  .pages {
    color: var(--sg-muted);
    font-size: 12px;
  }

  .tools {
    display: flex;
    gap: 2px;
  }

  .none {
    padding: 24px 16px;
  }

  .bar button {
    height: 26px;
  }

  @media (max-width: 640px) {
    li {
      grid-template-columns: minmax(0, 1fr);
      padding: 10px 12px;
    }

    .what p {
      white-space: normal;
      overflow-wrap: anywhere;
    }
  }
`
