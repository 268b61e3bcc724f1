import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  details: '詳細',
  unknown: 'このコンソールが対応していない理由で失敗しました: {code}',
};
