/** One value of a few or several: `?state=FIRING&state=OK`. */
export const manyOf = (values: readonly string[], description: string) => {
  const item = { type: 'string', enum: values }
  return { description, anyOf: [{ type: 'array', maxItems: values.length, items: item }, item] }
}

const id = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }

/** One id or several: `?rule=1&rule=2`. */
export const manyIds = (description: string) => ({
  description,
  anyOf: [{ type: 'array', maxItems: 100, items: id }, id],
})

/** The values of a parameter that `manyOf` describes. */
export function valuesOf<T extends string>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

/** The ids of a parameter that `manyIds` describes: whether they arrive as text or number depends on their number. */
export function idsOf(value: number | string | readonly (number | string)[] | undefined): readonly number[] {
  return value === undefined ? [] : [value].flat().map(Number)
}
