/** Stands in the bundle for packages that are never used there: see vite.config.ts. */
export {}
