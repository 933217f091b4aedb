import { css } from 'lit'

export const styles = css`
  .card + .card {
    margin-top: 12px;
  }

  .calm {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 18px 16px;
    color: var(--sg-muted);
  }

  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 10px 16px;
    border-bottom: 1px solid var(--sg-line);
  }

  .filters select {
    max-width: 220px;
  }

  td.rule {
    color: var(--sg-strong);
    font-weight: 500;
    max-width: 280px;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  td a:hover {
    color: var(--sg-accent);
  }

  td.series {
    max-width: 320px;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  td.at {
    font-size: 12px;
  }

  .older {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 12px;
    padding: 12px;
    border-top: 1px solid var(--sg-line);
  }

  .none {
    padding: 32px 16px;
    text-align: center;
  }

  .none button {
    margin-top: 10px;
  }

  @media (max-width: 640px) {
    .filters {
      padding: 10px 12px;
    }

    .filters label {
      flex: 1 1 40%;
    }

    .filters select {
      width: 100%;
      max-width: none;
    }

    th,
    td {
      padding: 0 10px;
    }

    .wide {
      display: none;
    }

    td.rule {
      max-width: 130px;
    }
  }
`
