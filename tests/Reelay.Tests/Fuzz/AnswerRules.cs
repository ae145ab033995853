using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reelay.Tests.Support;

namespace Reelay.Tests.Fuzz;

/// <summary>What every answer must be, whatever was asked.</summary>
internal static partial class AnswerRules
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/api/README.md"));
    private static readonly HashSet<string> Codes = [.. Documented().Matches(Page).Select(match => match.Groups[1].Value)];

    // The table of errors, and what success can be.
    private static readonly int[] Statuses = [200, 206, 304, .. StatusRow().Matches(Page).SelectMany(row => row.Groups[1].Value.Split(", ")).Select(int.Parse).Where(status => status != 500)];

    // What the web server itself says of a message that is not HTTP or beyond its bounds: no body, and the connection ends.
    private static readonly int[] HttpStatuses = [400, 405, 408, 411, 413, 414, 431, 501, 505];

    private const int MaxMessageLength = 1_001;
    private const int MaxNameLength = 100;

    private static readonly string[] Keys = ["code", "message", "param", "type"];

    /// <summary>Fails with what is wrong.</summary>
    public static void Check(FuzzRequest request, RawAnswer answer)
    {
        if (request.IsBrokenHttp && HttpStatuses.Contains(answer.Status) && answer.Header("x-request-id") is null)
        {
            Assert.Empty(answer.Body);
            return;
        }

        Assert.Contains(answer.Status, Statuses);
        Assert.Matches("^req_[0-9a-f]{16}$", answer.Header("x-request-id"));
        if (answer.Header("Content-Length") is { } length && request.Method != "HEAD" && answer.Status != 304)
        {
            var left = long.Parse(length, CultureInfo.InvariantCulture) - answer.Body.Length;

            // Who hangs up in the middle of a body that nobody reads is hung up on in the middle of the answer.
            if (request.IsIncomplete && left > 0) return;
            Assert.Equal(0, left);
        }

        if (answer.Status >= 400) CheckError(request, answer);
        else if (answer.Status == 200 && request.Method != "HEAD") CheckSuccess(answer);
        else if (answer.Status == 206) Assert.Matches(@"^bytes \d+-\d+/\d+$", answer.Header("Content-Range"));
    }

    private static void CheckError(FuzzRequest request, RawAnswer answer)
    {
        Assert.Equal("application/json", answer.Header("Content-Type"));
        if (answer.Status is 408 or 429 or >= 500) Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        if (answer.Status == 405) Assert.NotEmpty(answer.Header("Allow")!);
        if (request.Method == "HEAD") return;
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal(["error"], body.RootElement.EnumerateObject().Select(member => member.Name));
        var error = body.RootElement.GetProperty("error");
        Assert.Equal(Keys, error.EnumerateObject().Select(member => member.Name).Order());
        Assert.Contains(error.GetProperty("code").GetString()!, Codes);
        Assert.Equal(Type(answer.Status), error.GetProperty("type").GetString());
        CheckText(error.GetProperty("message").GetString()!, MaxMessageLength);
        if (error.GetProperty("param").GetString() is { Length: > 0 } param) CheckText(param, MaxNameLength);
    }

    // Short, on one line, and without anything of our insides.
    private static void CheckText(string text, int maxLength)
    {
        Assert.InRange(text.Length, 1, maxLength);
        Assert.DoesNotContain(text, char.IsControl);
        Assert.DoesNotMatch(@"Exception|System\.|Microsoft\.|   at |/tmp/", text);
    }

    private static void CheckSuccess(RawAnswer answer)
    {
        var type = answer.Header("Content-Type");
        if (type == "text/event-stream")
        {
            Assert.Matches(@"^retry: \d+\n\n(retry: \d+\n)?id: \d+\nevent: video\.(queued|in_progress|completed|failed)\ndata: \{.*\}\n\n", answer.Text);
            return;
        }

        if (type != "application/json")
        {
            // A stored file: it says what it is, and never lets a browser guess otherwise.
            Assert.Matches("^(image|video|audio)/", type);
            Assert.NotEmpty(answer.Body);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.NotNull(answer.Header("ETag"));
            return;
        }

        using var body = JsonDocument.Parse(answer.Body);
        CheckObject(body.RootElement);
    }

    private static void CheckObject(JsonElement body)
    {
        switch (body.TryGetProperty("object", out var kind) ? kind.GetString() : null)
        {
            case "video":
                CheckVideo(body);
                break;
            case "list":
                foreach (var item in body.GetProperty("data").EnumerateArray()) CheckObject(item);
                Assert.True(body.GetProperty("has_more").ValueKind is JsonValueKind.True or JsonValueKind.False);
                break;
            case "file" or "model" or "video.deleted":
                Assert.NotEmpty(body.GetProperty("id").GetString()!);
                break;
            case "video.estimate":
                Assert.InRange(body.GetProperty("price_micros").GetInt64(), 1, 1_000_000_000);
                break;
            case null:
                Assert.StartsWith("char_", body.GetProperty("id").GetString(), StringComparison.Ordinal);
                Assert.NotEmpty(body.GetProperty("name").GetString()!);
                break;
            default:
                Assert.Fail("an object of an unknown kind");
                break;
        }
    }

    private static void CheckVideo(JsonElement video)
    {
        var status = video.GetProperty("status").GetString();
        Assert.Matches("^task_[0-9a-z]{26}$", video.GetProperty("id").GetString());
        Assert.Equal(video.GetProperty("id").GetString(), video.GetProperty("task_id").GetString());
        Assert.Contains(status, (string[])["queued", "in_progress", "completed", "failed"]);
        Assert.Equal(status == "completed", video.GetProperty("progress").GetInt32() == 100);
        Assert.InRange(video.GetProperty("progress").GetInt32(), 0, 100);
        Assert.True(video.GetProperty("created_at").GetInt64() > 0);
        Assert.Equal(status == "completed", video.TryGetProperty("output_url", out _));
        Assert.Equal(status == "failed", video.TryGetProperty("error", out _));
        foreach (var warning in video.TryGetProperty("warnings", out var warnings) ? warnings.EnumerateArray() : default)
        {
            Assert.NotEmpty(warning.GetProperty("code").GetString()!);
            CheckText(warning.GetProperty("message").GetString()!, MaxMessageLength);
            if (warning.GetProperty("param").GetString() is { Length: > 0 } param) CheckText(param, MaxNameLength);
        }

        foreach (var name in new[] { "model", "seconds", "size", "prompt" }) Assert.Equal(JsonValueKind.String, video.GetProperty(name).ValueKind);
    }

    private static string Type(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        503 => "service_unavailable_error",
        _ => "invalid_request_error",
    };

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Documented();

    [GeneratedRegex(@"(?m)^\| (4\d\d(?:, \d+)*|500, 503) \|")]
    private static partial Regex StatusRow();
}
