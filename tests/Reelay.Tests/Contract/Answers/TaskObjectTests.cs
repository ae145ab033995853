using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 20: the object of a task has exactly these keys in each of its states, in this order, with values of these types.</summary>
public sealed class TaskObjectTests(RunningGateway running, WaitingGateway waiting) : IClassFixture<RunningGateway>, IClassFixture<WaitingGateway>
{
    private const string Always = "id task_id object model status progress created_at seconds size prompt";
    private const string Links = "output_url video_url url";

    // Each key's type on the wire, and its form where it has one.
    private static readonly Dictionary<string, (JsonValueKind Kind, string Form)> Types = new()
    {
        ["id"] = (JsonValueKind.String, "^task_[0-9a-z]{26}$"),
        ["task_id"] = (JsonValueKind.String, "^task_[0-9a-z]{26}$"),
        ["object"] = (JsonValueKind.String, "^video$"),
        ["model"] = (JsonValueKind.String, "."),
        ["status"] = (JsonValueKind.String, "^(queued|in_progress|completed|failed)$"),
        ["progress"] = (JsonValueKind.Number, "^([0-9]|[1-9][0-9]|100)$"),

        // Seconds: as milliseconds they would have thirteen digits.
        ["created_at"] = (JsonValueKind.Number, "^[0-9]{10}$"),
        ["completed_at"] = (JsonValueKind.Number, "^[0-9]{10}$"),
        ["expires_at"] = (JsonValueKind.Number, "^[0-9]{10}$"),
        ["seconds"] = (JsonValueKind.String, "^[0-9]+$"),
        ["size"] = (JsonValueKind.String, "."),
        ["prompt"] = (JsonValueKind.String, ""),
        ["error"] = (JsonValueKind.Object, """^\{"code":".+","message":".+","type":"video_error"\}$"""),
        ["remixed_from_video_id"] = (JsonValueKind.String, "^task_"),
        ["output_url"] = (JsonValueKind.String, "^http://127.0.0.1:[0-9]+/v1/videos/task_[0-9a-z]{26}/content$"),
        ["video_url"] = (JsonValueKind.String, @"^http://127.0.0.1:[0-9]+/v1/videos/task_[0-9a-z]{26}/content\?expires=[0-9]{10}&signature=[0-9A-Za-z_-]+$"),
        ["url"] = (JsonValueKind.String, "signature="),
        ["outputs"] = (JsonValueKind.Array, """^\[\{"index":0,"url":"http.+"\},\{"index":1,"url":"http.+"\}\]$"""),
        ["warnings"] = (JsonValueKind.Array, """^\[\{"param":"fps","code":"unsupported_parameter","message":".+"\}\]$"""),
        ["effective"] = (JsonValueKind.Object, """^\{.*"mode":".+".*\}$"""),
        ["metadata"] = (JsonValueKind.Object, "."),
        ["external_task_id"] = (JsonValueKind.String, "^mine-1$"),
        ["estimated_completion_at"] = (JsonValueKind.Number, "^[0-9]{10}$"),
        ["cost"] = (JsonValueKind.Object, """^\{"status":"(reserved|settled|released)","micros":[0-9]+,"amount":"[0-9.]+",("basis":"[a-z]+",)?"currency":"USD"\}$"""),
        ["usage"] = (JsonValueKind.Object, """^\{("seconds"|"input_tokens").+\}$"""),
    };

    private static readonly Dictionary<string, (string Keys, Func<RunningGateway, WaitingGateway, Task<JsonElement>> Read)> Cases = new()
    {
        ["queued"] = ($"{Always} effective cost estimated_completion_at", (_, waiting) => CreatedAsync(waiting, """{"prompt": "x"}""")),
        ["queued, with all that a caller may add"] = (
            $"{Always} warnings effective metadata external_task_id cost estimated_completion_at",
            (_, waiting) => CreatedAsync(waiting, """{"prompt": "x", "fps": 30, "metadata": {"shot": 7}, "external_task_id": "mine-1"}""")),
        ["queued, with nulls and empty texts"] = (
            $"{Always} effective cost estimated_completion_at",
            (_, waiting) => CreatedAsync(waiting, """{"prompt": "x", "metadata": null, "external_task_id": "", "callback_url": null, "seed": null}""")),
        ["in progress"] = ($"{Always} effective cost estimated_completion_at", (_, waiting) => RunningAsync(waiting)),
        ["cancelled"] = ($"{Always} completed_at error effective cost", (_, waiting) => CancelledAsync(waiting)),
        ["failed"] = ($"{Always} completed_at error effective cost", (running, _) => EndedAsync(running, """{"prompt": "[fail:generation]"}""")),
        ["completed"] = ($"{Always} completed_at expires_at {Links} effective metadata usage cost", (running, _) => EndedAsync(running, """{"prompt": "a red boat"}""")),
        ["completed, with all that a caller may add"] = (
            $"{Always} completed_at expires_at {Links} warnings effective metadata external_task_id usage cost",
            (running, _) => EndedAsync(running, """{"prompt": "x", "fps": 30, "metadata": {"shot": 7}, "external_task_id": "mine-1"}""")),
        ["a remix, queued"] = ($"{Always} remixed_from_video_id effective cost estimated_completion_at", (running, _) => RemixAsync(running)),
        ["two pictures"] = (
            $"{Always} completed_at expires_at {Links} outputs effective metadata usage cost",
            (running, _) => EndedAsync(running, """{"model": "gpt-image-2", "prompt": "x", "n": 2}""")),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_state_has_exactly_its_keys_in_their_order(string name)
    {
        var (keys, read) = Cases[name];
        var video = await read(running, waiting);
        Assert.Equal(keys.Split(' '), video.EnumerateObject().Select(member => member.Name));
        foreach (var member in video.EnumerateObject())
        {
            var (kind, form) = Types[member.Name];
            Assert.True(kind == member.Value.ValueKind, $"{member.Name} is {member.Value.GetRawText()}");
            Assert.Matches(form, kind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText());
        }

        Assert.Equal(video.GetProperty("id").GetString(), video.GetProperty("task_id").GetString());
    }

    /// <summary>What callers see of lengths and sizes: what they asked, else the default; for pictures what they sent, else 0.</summary>
    [Theory]
    [InlineData("""{"prompt": "x"}""", "4", "720x1280")]
    [InlineData("""{"prompt": "x", "seconds": "8s", "size": "1280*720"}""", "8", "1280*720")]
    [InlineData("""{"prompt": "x", "duration": 12.0, "aspect_ratio": "16:9"}""", "12", "1280x720")]
    [InlineData("""{"model": "gpt-image-2", "prompt": "x"}""", "0", "1024x1024")]
    [InlineData("""{"model": "gpt-image-2", "prompt": "x", "seconds": "8", "size": "1024x1024", "tier": "2k"}""", "8", "1024x1024")]
    [InlineData("""{"model": "gpt-image-2", "prompt": "x", "duration": 5}""", "5", "1024x1024")]
    public async Task Seconds_and_size_echo_what_was_asked(string body, string seconds, string size)
    {
        var (status, created) = await running.Host.SendAsync(HttpMethod.Post, "/v1/videos", body);
        Assert.Equal(200, status);
        foreach (var video in new[] { created, await running.Host.FinishAsync(created.GetProperty("id").GetString()!) })
            Assert.Equal((seconds, size), (video.GetProperty("seconds").GetString(), video.GetProperty("size").GetString()));
    }

    [Fact]
    public async Task The_seconds_of_an_extension_become_those_of_the_whole()
    {
        var (status, created) = await running.Host.SendAsync(
            HttpMethod.Post, "/v1/videos/extensions", new { prompt = "and on", seconds = "20", video = new { id = await running.FinishedAsync() } });
        Assert.Equal((200, "20"), (status, created.GetProperty("seconds").GetString()));
        var video = await running.Host.FinishAsync(created.GetProperty("id").GetString()!);
        var measured = decimal.Parse(video.GetProperty("effective").GetProperty("seconds").GetString()!);
        Assert.NotEqual(20, measured);
        Assert.Equal(Math.Round(measured, MidpointRounding.AwayFromZero).ToString("0"), video.GetProperty("seconds").GetString());
    }

    [Fact]
    public async Task Every_route_that_answers_with_a_task_answers_the_same()
    {
        var id = await running.FinishedAsync();
        var (_, video) = await running.Host.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
        foreach (var (method, path) in new[] { ("GET", $"/v1/videos/{id}?wait=1"), ("GET", "/v1/video/generations/" + id), ("POST", $"/v1/videos/{id}/cancel") })
            Assert.Equal(video.GetRawText(), (await running.Host.SendAsync(new HttpMethod(method), path)).Body.GetRawText());
        using var stream = await EventReader.OpenAsync(running.Host.Client, id);
        Assert.Equal(video.GetRawText(), (await stream.RestAsync()).Single(block => block.Data is not null).Data);
        var listed = (await running.Host.SendAsync(HttpMethod.Get, "/v1/videos?limit=100")).Body.GetProperty("data").EnumerateArray();
        Assert.Equal(video.GetRawText(), listed.Single(row => row.GetProperty("id").GetString() == id).GetRawText());
    }

    private static async Task<JsonElement> CreatedAsync(SharedGateway gateway, string body)
    {
        var (status, video) = await gateway.Host.SendAsync(HttpMethod.Post, "/v1/videos", body);
        Assert.Equal(200, status);
        return video;
    }

    private static async Task<JsonElement> EndedAsync(SharedGateway gateway, string body) =>
        await gateway.Host.FinishAsync((await CreatedAsync(gateway, body)).GetProperty("id").GetString()!);

    private static async Task<JsonElement> RunningAsync(SharedGateway gateway)
    {
        var id = await gateway.Host.OrderAsync();
        await gateway.Host.ProgressAsync(id, 40);
        var (_, video) = await gateway.Host.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
        Assert.Equal(("in_progress", 40), (video.GetProperty("status").GetString(), video.GetProperty("progress").GetInt32()));
        return video;
    }

    private static async Task<JsonElement> CancelledAsync(SharedGateway gateway)
    {
        var id = await gateway.Host.OrderAsync();
        await gateway.Host.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
        return await gateway.Host.FinishAsync(id);
    }

    private static async Task<JsonElement> RemixAsync(SharedGateway gateway)
    {
        var (status, video) = await gateway.Host.SendAsync(
            HttpMethod.Post, $"/v1/videos/{await gateway.FinishedAsync()}/remix", new { prompt = "bluer" });
        Assert.Equal(200, status);
        return video;
    }
}
