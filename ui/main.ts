import { restoreTheme } from './app/theme.ts'
import './app/sg-app/sg-app.ts'

restoreTheme()
// charts measure and draw text on a canvas, which doesn't wait for fonts by itself
void document.fonts.load('11px "JetBrains Mono Variable"')
