import { css } from 'lit'

export const styles = css`
  sg-panel {
    height: 100%;
  }

  button[slot="tools"] {
    height: 22px;
    padding: 0 8px;
    font-size: 11.5px;
  }

  button[part="pause"] {
    width: 24px;
    height: 24px;
    padding: 0;
  }

  .credit {
    padding: 2px 6px 0;
    color: var(--sg-muted);
    font-size: 10.5px;
    line-height: 16px;
    text-align: right;
  }

  .credit a {
    text-decoration: underline;
    text-underline-offset: 2px;
  }
`
