/** As in package.json, which the bundle doesn't carry along; a test holds the two together. */
export const version = '0.1.0'
