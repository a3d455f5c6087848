/** The codes that hang at the stations. */
export const stations = {
  title: '站別 QR 碼',
  hint: '每個站別一張，掃描後直接開啟通報畫面並帶入位置。網址列保留這些內容，可加入書籤。',
  stations: '站別',
  stationsHint: '一行一站，最多 100 站',
  print: '列印',
  cards: '要列印的站別',
  none: '還沒有站別',
  noneHint: '在上方輸入站別，一行一站，QR 碼會顯示在這裡。',
  codeOf: '{{station}} 的 QR 碼',
  scanZh: '掃描以回報異常',
  scanEn: 'Scan to report an incident',
  forbidden: '只有系統管理員可以列印站別 QR 碼',
  forbiddenHint: '需要時請洽系統管理員。',
} as const;
