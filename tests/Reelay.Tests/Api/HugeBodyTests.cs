using System.Globalization;
using System.Text;
using System.Text.Json;
using Reelay.Tests.Crash;
using Reelay.Tests.Files;
using Reelay.Tests.Fuzz;

namespace Reelay.Tests.Api;

/// <summary>Bodies of 300 MB against a server in a process of its own: refused in the middle or before, and without taking their size in memory.</summary>
public sealed class HugeBodyTests
{
    private const int Mega = 1 << 20;
    private const int Announced = 300 * Mega;

    // What the encodings may have: the rest is never sent, so an answer proves that nobody waits for it.
    private const int JsonBound = 64;
    private const int FormBound = 256;

    // What any request takes, and what the runtime does meanwhile.
    private const int SlackMegabytes = 48;

    private const string Form = "multipart/form-data; boundary=X";
    private const string Fields = "application/x-www-form-urlencoded";
    private const string TextPart = "--X\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n";

    private static readonly (string Name, string Path, string Type, string Start, int? Length, int SentMegabytes)[] Cases =
    [
        ("JSON with a length", "/v1/videos", "application/json", "{\"prompt\":\"", Announced, 0),
        ("a form with a length", "/v1/videos", Form, FilePart("input_reference"), Announced, 0),
        ("fields with a length", "/v1/videos", Fields, "prompt=", Announced, 0),
        ("an upload with a length", "/v1/files", Form, FilePart("file"), Announced, 0),
        ("JSON in chunks", "/v1/videos", "application/json", "{\"prompt\":\"", null, JsonBound),
        ("an estimate in chunks", "/v1/videos/estimate", "application/json", "{\"prompt\":\"", null, JsonBound),
        ("fields in chunks", "/v1/videos", Fields, "prompt=", null, JsonBound),
        ("a text in chunks", "/v1/videos", Form, TextPart, null, JsonBound),
        ("a file in chunks", "/v1/videos", Form, FilePart("input_reference"), null, FormBound),
        ("an upload in chunks", "/v1/files", Form, FilePart("file"), null, FormBound),
    ];

    [Fact]
    public async Task Three_hundred_megabytes_are_refused_before_their_end_and_take_no_such_memory()
    {
        Assert.SkipUnless(File.Exists("/proc/self/status"), "The kernel does not tell the highest memory of a process here.");
        await using var world = await CrashWorld.StartAsync();
        await world.FinishAsync(await world.OrderAsync("x"));
        var atStart = PeakMegabytes(world);
        foreach (var (name, path, type, start, length, sent) in Cases)
        {
            var before = PeakMegabytes(world);
            var answer = await RawClient.SendAsync(world.Url.Port, Message(path, type, start, length, sent));
            Assert.True(answer?.Status == 413, $"{name}: {answer}");
            using var body = JsonDocument.Parse(answer.Body);
            Assert.Equal("request_too_large", body.RootElement.GetProperty("error").Text("code"));
            if (length is not null) Assert.InRange(PeakMegabytes(world) - before, 0, SlackMegabytes);
        }

        // One such JSON body is in memory as far as it may go; what it took serves the next ones.
        Assert.InRange(PeakMegabytes(world) - atStart, 0, JsonBound + SlackMegabytes);
        var (status, list) = await world.SendAsync(HttpMethod.Get, "/v1/videos");
        Assert.Equal((200, 1), (status, list.GetProperty("data").GetArrayLength()));
        foreach (var root in new[] { "inputs", "files", "characters" })
            Assert.False(Directory.Exists(Path.Combine(world.Folder, "assets", root)) && Directory.EnumerateFileSystemEntries(Path.Combine(world.Folder, "assets", root)).Any());
    }

    private static IEnumerable<byte[]> Message(string path, string type, string start, int? length, int sentMegabytes)
    {
        var size = length is null ? "Transfer-Encoding: chunked" : "Content-Length: " + length;
        yield return Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-reelay-sandbox\r\nContent-Type: {type}\r\n{size}\r\n\r\n");
        if (length is not null) yield break;
        yield return Encoding.ASCII.GetBytes($"{start.Length:x}\r\n{start}\r\n");
        var piece = (byte[])[.. "100000\r\n"u8, .. Enumerable.Repeat((byte)'a', Mega), .. "\r\n"u8];
        for (var count = 0; count <= sentMegabytes; count++) yield return piece;
    }

    private static string FilePart(string name) => $"--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n";

    // The most memory the process ever had.
    private static int PeakMegabytes(CrashWorld world)
    {
        var line = File.ReadLines($"/proc/{world.Server.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
