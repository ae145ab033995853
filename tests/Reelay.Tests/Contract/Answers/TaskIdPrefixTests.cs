using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 20: an id is accepted with the prefix <c>video_</c> too, on every route and in every field that takes one; answers say <c>task_</c>.</summary>
public sealed class TaskIdPrefixTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    // {id} is a finished video's, {root} what this server's links begin with. A text that begins with a brace is JSON, else a form.
    private static readonly Dictionary<string, (string Method, string Path, string? Body)> Cases = new()
    {
        ["read"] = ("GET", "/v1/videos/{id}", null),
        ["read with wait"] = ("GET", "/v1/videos/{id}?wait=1", null),
        ["read by its older name"] = ("GET", "/v1/video/generations/{id}", null),
        ["cancel"] = ("POST", "/v1/videos/{id}/cancel", null),
        ["remix"] = ("POST", "/v1/videos/{id}/remix", """{"prompt": "bluer"}"""),
        ["video.id of an edit"] = ("POST", "/v1/videos/edits", """{"prompt": "bluer", "video": {"id": "{id}"}}"""),
        ["video[id] of an edit's form"] = ("POST", "/v1/videos/edits", "prompt=bluer&video[id]={id}"),
        ["video.id of an extension"] = ("POST", "/v1/videos/extensions", """{"prompt": "and on", "seconds": "4", "video": {"id": "{id}"}}"""),
        ["video_id"] = ("POST", "/v1/videos", """{"prompt": "and on", "mode": "extend", "video_id": "{id}"}"""),
        ["task_id"] = ("POST", "/v1/videos", """{"prompt": "bluer", "mode": "edit", "task_id": "{id}"}"""),
        ["remixed_from_video_id"] = ("POST", "/v1/videos", """{"prompt": "bluer", "mode": "edit", "remixed_from_video_id": "{id}"}"""),
        ["our own link as a source"] = ("POST", "/v1/videos/edits", """{"prompt": "bluer", "video": {"url": "{root}/v1/videos/{id}/content"}}"""),
        ["an operator's read"] = ("GET", "/admin/v1/tasks/{id}", null),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_id_is_taken_with_either_prefix(string name)
    {
        var (method, path, body) = Cases[name];
        var id = await gateway.FinishedAsync();
        using var admin = gateway.Host.NewClient(gateway.Host.AdminKey);
        var client = path.StartsWith("/admin", StringComparison.Ordinal) ? admin : gateway.Host.Client;
        foreach (var said in new[] { id, Other(id) })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", said));
            if (body is not null)
            {
                var type = body.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded";
                request.Content = new StringContent(body.Replace("{id}", said).Replace("{root}", gateway.Root), null, type);
            }

            using var response = await client.SendAsync(request, Cancellation);
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True((int)response.StatusCode == 200, text);
            var answer = JsonDocument.Parse(text).RootElement;
            var named = answer.TryGetProperty("remixed_from_video_id", out var source) ? source : answer.GetProperty("id");
            Assert.Equal(id, named.GetString());
        }
    }

    [Fact]
    public async Task Content_events_lists_and_deletes_take_either_prefix()
    {
        var id = await gateway.FinishedAsync();
        var file = await gateway.Host.Client.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation);
        Assert.Equal(file, await gateway.Host.Client.GetByteArrayAsync($"/v1/videos/{Other(id)}/content", Cancellation));
        using (var head = await gateway.Host.Client.SendAsync(new(HttpMethod.Head, $"/v1/videos/{Other(id)}/content"), Cancellation))
        {
            Assert.Equal((200, (long?)file.Length), ((int)head.StatusCode, head.Content.Headers.ContentLength));
        }

        using (var stream = await EventReader.OpenAsync(gateway.Host.Client, Other(id)))
        {
            Assert.Equal(id, (await stream.RestAsync()).Single(block => block.Data is not null).Video.GetProperty("id").GetString());
        }

        var next = await gateway.Host.OrderAsync();
        var pages = new List<string>();
        foreach (var after in new[] { id, Other(id) })
            pages.Add((await gateway.Host.SendAsync(HttpMethod.Get, $"/v1/videos?order=asc&limit=1&after={after}")).Body.GetProperty("first_id").GetString()!);
        Assert.Equal(pages[0], pages[1]);
        Assert.NotEqual(id, pages[0]);

        var (status, deleted) = await gateway.Host.SendAsync(HttpMethod.Delete, "/v1/videos/" + Other(next));
        Assert.Equal((200, next), (status, deleted.GetProperty("id").GetString()));
        Assert.Equal(404, (await gateway.Host.SendAsync(HttpMethod.Get, "/v1/videos/" + next)).Status);
    }

    [Theory]
    [InlineData("job_")]
    [InlineData("TASK_")]
    [InlineData("video")]
    [InlineData("task_video_")]
    [InlineData("")]
    public async Task Other_prefixes_name_nothing(string prefix)
    {
        var id = prefix + (await gateway.FinishedAsync())["task_".Length..];
        var (status, body) = await gateway.Host.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
        Assert.Equal((404, "video_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    private static string Other(string id) => "video_" + id["task_".Length..];
}
