/** Whether a message is the application's own: one that no service sends, by the documented mark. */
export const isSynthetic = (text: string): boolean => text.startsWith('{"health_monitor":');
