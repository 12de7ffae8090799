/**
 * Exchange-traded products of the United States that move by a multiple of something, or against it. Put together by hand
 * from the names of the issuers' daily leveraged and inverse products (ProShares Ultra and Short, Direxion Daily Bull and
 * Bear, MicroSectors, GraniteShares, T-Rex, Defiance) as of 2025. Not complete: `limits.leveraged` adds to it.
 */
const BY_ISSUER = [
  // ProShares
  'TQQQ SQQQ QLD QID PSQ UPRO SPXU SSO SDS SH UDOW SDOW DDM DXD DOG URTY SRTY UWM TWM RWM MVV MZZ UVXY SVXY AGQ ZSL UGL',
  'GLL UCO SCO BOIL KOLD UBT TBT UST PST TBF TTT ROM REW USD SSG UYG SKF URE SRS DIG DUG UYM SMN RXL RXD BIB BIS UXI SIJ',
  'UCC SCC UPW SDP EUO ULE YCS YCL EPV EFU EFO EUM EEV EET FXP XPP EWV EZJ BITU SBIT BITI ETHU',
  // Direxion
  'SPXL SPXS SPUU TNA TZA TECL TECS SOXL SOXS FAS FAZ LABU LABD ERX ERY NUGT DUST JNUG JDST GUSH DRIP TMF TMV TYD TYO CURE',
  'DPST DRN DRV NAIL RETL DFEN DUSL UTSL WANT WEBL WEBS YINN YANG CHAU EDC EDZ EURL BRZU KORU MEXX MIDU CWEB HIBL HIBS',
  'PILL TPOR SPDN TSLL TSLS NVDU NVDD AAPU AAPD AMZU AMZD MSFU MSFD GGLL GGLS METU METD',
  // MicroSectors
  'FNGU FNGD BULZ BERZ BNKU BNKD NRGU NRGD GDXU GDXD OILU OILD WTIU WTID SHNY DULL FNGO',
  // GraniteShares, T-Rex, Defiance
  'NVDL NVD CONL AMDL TSLR TSDD FBL NVDX NVDQ TSLT TSLZ MSTX MSTU MSTZ SMST ETU',
];

export const LEVERAGED_FUNDS: ReadonlySet<string> = new Set(BY_ISSUER.flatMap((row) => row.split(' ')));
