/** What the evidence takes, for administrators and auditors. */
export const storage = {
  title: '儲存空間',
  hint: '資料庫記錄的檔案數量與大小，不含預覽圖。',
  forbidden: '您不能查看儲存空間',
  forbiddenHint: '儲存空間只供系統管理員與稽核員查看。這次嘗試已留下紀錄。',
  failed: '無法載入儲存空間',
  what: '內容',
  count: '數量',
  size: '大小',
  seen: '可檢視的檔案',
  deleted: '已移除',
  deletedHint: '不再顯示，依保存規定留存',
  quarantined: '已隔離',
  quarantinedHint: '防毒程式發現問題，任何人都無法開啟',
  unfinished: '未完成的上傳',
  unfinishedHint: '中斷後還能續傳',
  all: '總計',
} as const;
