/** The call for a new CRITICAL incident. */
export const alarm = {
  notice: '新的緊急事件',
  dismiss: '知道了：{{number}}',
  switch: '緊急事件響鈴與震動',
  switchHint: '有新的緊急事件時提醒，只影響這台裝置；開啟本頁後要先點過畫面才能發出聲音。',
} as const;
