import { css } from 'lit'

export const styles = css`
  .calm {
    padding: 10px 12px 18px;
    color: var(--sg-muted);
  }

  sg-firing {
    border-top: 1px solid var(--sg-line);
    overflow: auto;
  }
`
