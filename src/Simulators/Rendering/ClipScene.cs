using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reelay.Simulators;

/// <summary>What ffmpeg shall draw for one order: a moving gradient, a moving box, and the order in words.</summary>
internal sealed class ClipScene(ClipOrder order)
{
    /// <summary>File with the prompt, in the folder ffmpeg runs in, so that no path needs escaping in a filter.</summary>
    public const string PromptFile = "prompt.txt";

    /// <summary>File with model and parameters.</summary>
    public const string HeadFile = "head.txt";

    private const int MaxPromptLines = 10;
    private readonly int _width = Math.Clamp(order.WidthPixels, 32, 4096) & ~1;
    private readonly int _height = Math.Clamp(order.HeightPixels, 32, 4096) & ~1;

    /// <summary>The prompt, wrapped.</summary>
    public string PromptText => string.Join('\n', TextWrap.Lines(order.Prompt, Columns(PromptSize), MaxPromptLines));

    /// <summary>Model and parameters, wrapped.</summary>
    public string HeadText => string.Join('\n', TextWrap.Lines($"{order.Model}\n{order.Parameters}", Columns(HeadSize), MaxPromptLines));

    private int PromptSize => Math.Max(12, Math.Min(_width, _height) / 18);

    private int HeadSize => Math.Max(10, Math.Min(_width, _height) / 26);

    /// <summary>The arguments of ffmpeg but for the file it writes.</summary>
    public IReadOnlyList<string> Arguments()
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(order.Model + "\n" + order.Prompt));
        string seconds = order.Seconds.ToString(CultureInfo.InvariantCulture);
        // A gradient loses nothing by being drawn small and blown up, and most of the time would go into it.
        string source = $"{Math.Max(8, _width / 8 * 2)}x{Math.Max(8, _height / 8 * 2)}:r={order.Fps}:d={seconds}";
        int box = Math.Max(8, Math.Min(_width, _height) / 8);
        long frames = Math.Max(1, (long)Math.Round(order.Seconds * order.Fps));
        string[] moving =
        [
            "-v", "error", "-nostdin", "-y",
            "-f", "lavfi", "-i", $"gradients=s={source}:n=2:c0={Colour(hash, 0)}:c1={Colour(hash, 3)}:speed=0.02:seed={hash[6]}",
            "-f", "lavfi", "-i", $"color=c=white:s={box}x{box}:r={order.Fps}:d={seconds}",
        ];
        if (order.Picture is not null)
            return [.. moving, "-filter_complex", Filter(box), "-map", "[v]", "-frames:v", $"{frames}", .. Encoder(order.Picture)];
        string[] film = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p", "-frames:v", $"{frames}"];
        string[] end = ["-t", seconds, "-movflags", "+faststart", "-f", "mp4"];
        if (!order.HasSound)
            return [.. moving, "-filter_complex", Filter(box), "-map", "[v]", .. film, .. end];
        return
        [
            .. moving,
            "-f", "lavfi", "-i", $"sine=f={220 + (hash[10] % 12 * 20)}:r=48000",
            "-filter_complex", Filter(box) + ";[2]volume=0.05[a]",
            "-map", "[v]", "-map", "[a]",
            .. film,
            "-c:a", "aac", "-b:a", "64k",
            .. end,
        ];
    }

    private string Filter(int box)
    {
        int margin = Math.Max(8, Math.Min(_width, _height) / 30);
        string back = $"[0]format=yuv420p,scale={_width}:{_height}[back]";
        string moving = $"[back][1]overlay=x='mod(t*{_width / 4},{_width - box})':y='{_height * 2 / 3}+{_height / 8}*sin(t*2)'";
        return $"{back};{moving},{Draw(HeadFile, order.Model + order.Parameters, HeadSize, $"{margin}", $"{margin}")},"
            + $"{Draw(PromptFile, order.Prompt, PromptSize, $"{margin}", "(h-text_h)/3")}[v]";
    }

    private static string[] Encoder(string picture) => picture switch
    {
        "jpeg" => ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-f", "image2", "-update", "1"],
        "webp" => ["-c:v", "libwebp", "-f", "webp"],
        "gif" => ["-f", "gif"],
        _ => ["-c:v", "png", "-f", "image2", "-update", "1"],
    };

    private static string Draw(string file, string text, int size, string x, string y)
    {
        string font = TextWrap.HasWideCharacters(text) ? "WenQuanYi Micro Hei" : "DejaVu Sans";
        return $"drawtext=textfile={file}:expansion=none:font='{font}':fontsize={size}:fontcolor=white:line_spacing={size / 4}"
            + $":x={x}:y={y}:box=1:boxcolor=black@0.55:boxborderw={size / 2}";
    }

    private int Columns(int size) => Math.Max(8, (int)(_width * 0.9 / (size * 0.6)));

    // Dark enough for white letters.
    private static string Colour(byte[] hash, int at) => $"0x{hash[at] / 2:x2}{hash[at + 1] / 2:x2}{hash[at + 2] * 2 / 3:x2}";
}
