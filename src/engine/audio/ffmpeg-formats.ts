/**
 * The containers that ffmpeg is allowed to open, by its demuxers' names.
 *
 * The surprising thing: without this list a "recording" that is really a playlist (HLS, DASH, concat,
 * an image sequence) makes ffmpeg open any other file of the user that the playlist names. So only
 * demuxers that read nothing but the file they are given are listed; unknown names do no harm, so the
 * list serves all versions. A demuxer that goes by several names is listed by one of them.
 */
const SELF_CONTAINED_FORMATS = [
  // General containers, most with video.
  'mov mp4 m4a 3gp 3g2 mj2 matroska webm ogg asf avi flv live_flv mpegts mpeg mpegvideo mxf nut nuv rm swf wtv',
  'dv gxf ivf kux pva pmp ty vivo dxa mtv lmlm4 smjpeg yop roq smk bink',
  // Sound alone.
  'mp3 aac ac3 eac3 ac4 flac wav w64 aiff caf au amr amrnb amrwb ape wv tta tak mpc mpc8 ofr oma dts dtshd',
  'truehd mlp shn qcp spdif voc avr ircam nistsphere sds sox paf pvf svag xwma xa aea aa aax ast bfstm brstm',
  'adx hca act apc gsm g722 g723_1 g729 loas latm sbc aptx aptx_hd codec2 dsf iff wsd wsaud rso msf mca vqf',
  'dfpwm osq qoa mmf sln ilbc daud genh lvf rsd wve vag afc bit usm iamf lc3 binka',
  // Pictures alone: opened so that the message can be "no audio track" and not "not a recording".
  'h264 hevc m4v av1 obu gif mjpeg yuv4mpegpipe',
];

/** As ffmpeg's option -format_whitelist takes it. */
export const FORMAT_WHITELIST = SELF_CONTAINED_FORMATS.join(' ').replaceAll(' ', ',');
