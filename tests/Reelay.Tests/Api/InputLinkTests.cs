using System.Net.Http.Headers;
using Reelay.Providers;
using Reelay.Server.Api.Content;
using Reelay.Server.Assets.Links;
using Reelay.Server.Catalog;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Links that upstreams fetch inputs by.</summary>
public sealed class InputLinkTests : IDisposable
{
    // Nothing leaves the queue: tasks are live until somebody ends them.
    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private static readonly byte[] Picture = PngImage.Gradient(1280, 720);

    private readonly HttpClient _upstream = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _upstream.Dispose();

    [Fact]
    public async Task An_input_is_served_while_its_task_is_live()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var id = await OrderAsync(gateway);
        var link = Link(gateway, id, 0);
        Assert.Equal(Picture, await _upstream.GetByteArrayAsync(link, Cancellation));
        using var head = await _upstream.SendAsync(new HttpRequestMessage(HttpMethod.Head, link), Cancellation);
        Assert.Equal((200, Picture.Length, "image/png"), ((int)head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType!.MediaType));
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        request.Headers.Range = new RangeHeaderValue(1, 3);
        using var part = await _upstream.SendAsync(request, Cancellation);
        Assert.Equal(206, (int)part.StatusCode);
        Assert.Equal("PNG"u8.ToArray(), await part.Content.ReadAsByteArrayAsync(Cancellation));
        await AssertAsync(404, "input_not_found", Link(gateway, id, 1));

        await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
        await gateway.FinishAsync(id);
        await AssertAsync(404, "input_not_found", link);
    }

    [Fact]
    public async Task A_deleted_task_gives_its_inputs_to_nobody()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var id = await OrderAsync(gateway);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        await AssertAsync(404, "input_not_found", Link(gateway, id, 0));
    }

    [Fact]
    public async Task Nothing_but_its_own_signature_opens_an_input()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var (id, other) = (await OrderAsync(gateway), await OrderAsync(gateway));
        var link = Link(gateway, id, 0);
        var query = link[link.IndexOf('?')..];
        var content = gateway.Services.GetRequiredService<LinkSigner>()
            .ContentLink("", id, 0, DateTimeOffset.Parse("2100-01-01T00:00:00Z").ToUnixTimeSeconds());
        var root = gateway.BaseUrl.ToString().TrimEnd('/');
        foreach (var wrong in new[]
        {
            $"{root}/v1/inputs/{other}/0{query}",
            $"{root}/v1/inputs/{id}/1{query}",
            $"{root}/v1/inputs/{new string('x', 1_000)}/0{query}",
            $"{root}/v1/inputs/{id}/first{query}",
            $"{root}/v1/inputs/{id}/-1{query}",
            $"{root}/v1/inputs/{id}/0",
            $"{root}/v1/inputs/{id}/0{content[content.IndexOf('?')..]}",
            link + "x",
            link.Replace("expires=", "expires=1"),
            $"{root}/v1/videos/{id}/content{query}",
        })
        {
            await AssertAsync(403, "invalid_signature", wrong);
        }

        // A key is no substitute: callers have their own copy.
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, $"/v1/inputs/{id}/0")).Status);
    }

    [Fact]
    public async Task A_link_to_an_input_is_good_for_a_day()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(Waiting, services: services => services.AddSingleton<TimeProvider>(clock));
        var id = await OrderAsync(gateway);
        var signer = gateway.Services.GetRequiredService<LinkSigner>();
        var link = new Uri(signer.InputLink("http://gateway.test", id, 0));
        var query = System.Web.HttpUtility.ParseQueryString(link.Query);
        LinkVerdict Judge() => signer.VerifyInput(id, 0, query["expires"], query["signature"]);
        clock.Ahead = LinkSigner.InputLifetime - TimeSpan.FromMinutes(5);
        Assert.Equal(LinkVerdict.Good, Judge());
        clock.Ahead = LinkSigner.InputLifetime + TimeSpan.FromSeconds(1);
        Assert.Equal(LinkVerdict.Expired, Judge());
        await AssertAsync(403, "link_expired", new Uri(gateway.BaseUrl, link.PathAndQuery).ToString());
    }

    [Fact]
    public async Task An_input_that_was_a_link_is_found_once_it_is_fetched()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var id = await gateway.OrderAsync();
        var order = Rows.Order() with
        {
            Media = [new OrderMedia(MediaRole.FirstFrame, "", "", 0, "") { Url = "https://pictures.example/1.png" }],
        };
        var task = Rows.Task(id) with { Order = order };
        var inputs = gateway.Services.GetRequiredService<InputFiles>();
        Assert.Null(inputs.Find(task, 0));
        gateway.Database(connection => connection.Execute(
            "INSERT INTO task_inputs VALUES (@id, 0, @key, 'image/png', 12, 'abc', 5)", null, ("@id", id), ("@key", id + "/inputs/1")));
        Assert.Equal(new InputFile(id + "/inputs/1", "image/png", 12, "abc", 5), inputs.Find(task, 0));
        Assert.Null(inputs.Find(task, 1));
    }

    private static Task<string> OrderAsync(GatewayHost gateway) => gateway.OrderAsync(body: new
    {
        prompt = "it begins with this picture",
        size = "1280x720",
        input_reference = "data:image/png;base64," + Convert.ToBase64String(Picture),
    });

    private static string Link(GatewayHost gateway, string id, int position) =>
        gateway.Services.GetRequiredService<LinkSigner>().InputLink(gateway.BaseUrl.ToString().TrimEnd('/'), id, position);

    private async Task AssertAsync(int status, string code, string link)
    {
        using var response = await _upstream.GetAsync(link, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode && body.Contains($"\"{code}\""), $"{link} answered {(int)response.StatusCode} {body}");
    }
}
