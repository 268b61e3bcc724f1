import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'tabs.back': '前へスクロール',
  'tabs.forward': '次へスクロール',
};
