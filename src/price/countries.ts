/**
 * Currencies of the countries in the monthly rates of datahub.io `exchange-rates` (from the US Federal Reserve's G.5
 * and H.10 releases): units of the currency for one US dollar, average of the month. Countries of the euro are listed in
 * their old currencies until 2001 and are left out: the euro has its own series. Venezuela is left out: its currency was cut by
 * 10^5 in 2018 and by 10^6 in 2021 and the series does not say in which unit it counts.
 * @module
 */
export const CURRENCY_OF: ReadonlyMap<string, string> = new Map([
  ['Australia', 'AUD'],
  ['Brazil', 'BRL'],
  ['Canada', 'CAD'],
  ['China', 'CNY'],
  ['Denmark', 'DKK'],
  ['Euro', 'EUR'],
  ['Hong Kong', 'HKD'],
  ['India', 'INR'],
  ['Japan', 'JPY'],
  ['Malaysia', 'MYR'],
  ['Mexico', 'MXN'],
  ['New Zealand', 'NZD'],
  ['Norway', 'NOK'],
  ['Singapore', 'SGD'],
  ['South Africa', 'ZAR'],
  ['South Korea', 'KRW'],
  ['Sri Lanka', 'LKR'],
  ['Sweden', 'SEK'],
  ['Switzerland', 'CHF'],
  ['Taiwan', 'TWD'],
  ['Thailand', 'THB'],
  ['United Kingdom', 'GBP'],
])
