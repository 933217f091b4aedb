import { css } from 'lit'

export const styles = css`
  .counts {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    padding: 2px 12px 8px;
    color: var(--sg-muted);
    font-size: 12px;
  }

  .counts span {
    display: inline-flex;
    align-items: baseline;
    gap: 6px;
  }

  .counts b {
    color: var(--sg-strong);
    font-size: 15px;
    font-weight: 600;
  }

  ul {
    border-top: 1px solid var(--sg-line);
    overflow: auto;
  }

  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto minmax(72px, auto);
    align-items: center;
    gap: 12px;
    min-height: 32px;
    padding: 2px 12px;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
  }

  li:last-child {
    border-bottom: 0;
  }

  .name {
    color: var(--sg-strong);
    font-weight: 500;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .age {
    color: var(--sg-muted);
    font-size: 12px;
    text-align: right;
  }

  .more {
    padding: 6px 12px 8px;
    border-top: 1px solid var(--sg-line);
    font-size: 12px;
  }
`
