using System.Net.Http.Headers;
using System.Text.Json;
using Reelay.Server.Assets.Links;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Links that need no key: what they open, and everything that closes them.</summary>
public sealed class SignedLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _anybody = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _anybody.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_link_opens_the_file_for_anybody_with_ranges_heads_and_variants()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var link = await LinkAsync(gateway);
        var clip = StandInClipStore.Clip.ToArray();
        Assert.Equal(clip, await _anybody.GetByteArrayAsync(link, Cancellation));
        Assert.Equal(clip, await _anybody.GetByteArrayAsync(link + "&index=0&redirect=true", Cancellation));
        Assert.Equal(clip, await _anybody.GetByteArrayAsync(link.Replace("/task_", "/video_"), Cancellation));

        using var head = await _anybody.SendAsync(new HttpRequestMessage(HttpMethod.Head, link), Cancellation);
        Assert.Equal((200, clip.Length, "video/mp4"), ((int)head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType!.MediaType));
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        request.Headers.Range = new RangeHeaderValue(null, 5);
        using var part = await _anybody.SendAsync(request, Cancellation);
        Assert.Equal(206, (int)part.StatusCode);
        Assert.Equal(clip[^5..], await part.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((400, "invalid_variant"), await AskAsync(link + "&variant=poster"));
        if (!Tool.Exists("ffmpeg")) return;
        using var thumbnail = await _anybody.GetAsync(link + "&variant=thumbnail", Cancellation);
        Assert.Equal((200, "image/webp"), ((int)thumbnail.StatusCode, thumbnail.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Every_part_of_a_link_is_covered()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var link = await LinkAsync(gateway);
        var other = await LinkAsync(gateway);
        var (path, expires, signature) = Parts(link);
        string With(string newPath, string newExpires, string newSignature) => $"{newPath}?expires={newExpires}&signature={newSignature}";
        Assert.Equal(link, With(path, expires, signature));

        var videos = path[..(path.LastIndexOf("/task_", StringComparison.Ordinal) + 1)];
        var altered = new List<string>
        {
            With(Parts(other).Path, expires, signature),
            With(path[..^"0/content".Length] + (path[^"0/content".Length] == 'x' ? "y" : "x") + "/content", expires, signature),
            With(path.Replace("/task_", "/job_"), expires, signature),
            With($"{videos}{new string('x', 1_000)}/content", expires, signature),
            With($"{videos}{Uri.EscapeDataString(new string('猫', 300))}/content", expires, signature),
            With(path, (long.Parse(expires) + 1).ToString(), signature),
            With(path, (long.Parse(expires) - 1).ToString(), signature),
            With(path, "0" + expires, signature),
            With(path, "%2B" + expires, signature),
            With(path, "9999999999999999999999", signature),
            With(path, "", signature),
            With(path, "soon", signature),
            With(path, expires, ""),
            With(path, expires, signature[..^1]),
            With(path, expires, signature + "="),
            With(path, expires, signature.ToUpperInvariant()),
            With(path, expires, Parts(other).Signature),
            With(path, expires, new string('A', 4_000)),
            link + "&index=1",
            link + "&index=zero",
            link + "&index=-1",
            link + "&expires=" + expires,
            link + "&signature=" + signature,
            $"{path}?signature={signature}",
            $"{path}?expires={expires}",
        };
        for (var position = 0; position < signature.Length; position++)
        {
            var wrong = signature[position] == 'A' ? 'B' : 'A';
            altered.Add(With(path, expires, signature[..position] + wrong + signature[(position + 1)..]));
        }

        // The last letter holds fewer bits than it could: no other spelling of the same bytes passes either.
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        altered.AddRange(alphabet.Where(letter => letter != signature[^1]).Select(letter => With(path, expires, signature[..^1] + letter)));
        foreach (var wrong in altered) Assert.Equal((wrong, 403, "invalid_signature"), await NamedAsync(wrong));
        Assert.Equal((401, "missing_api_key"), await AskAsync(path));
    }

    [Fact]
    public async Task A_link_ends_with_the_life_of_the_file()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var id = await gateway.OrderAsync();
        var video = await gateway.FinishAsync(id);
        var link = video.GetProperty("url").GetString()!;
        Assert.Equal(video.GetProperty("expires_at").GetInt64().ToString(), Parts(link).Expires);
        clock.Ahead = TimeSpan.FromDays(30) - TimeSpan.FromHours(1);
        Assert.Equal(StandInClipStore.Clip.Length, (await _anybody.GetByteArrayAsync(link, Cancellation)).Length);
        clock.Ahead = TimeSpan.FromDays(30) + TimeSpan.FromMinutes(1);
        Assert.Equal((403, "link_expired"), await AskAsync(link));
        Assert.Equal((403, "invalid_signature"), await AskAsync(link + "x"));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/content")).Status);
        Assert.Equal(link, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetProperty("url").GetString());
    }

    [Fact]
    public async Task After_a_delete_a_link_opens_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var link = await LinkAsync(gateway);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, Parts(link).Path.Replace("/content", ""))).Status);
        Assert.Equal((404, "video_not_found"), await AskAsync(link));
        Assert.Equal((404, "video_not_found"), await AskAsync(link + "&variant=thumbnail"));
        Assert.Equal((403, "invalid_signature"), await AskAsync(link + "x"));
    }

    [Fact]
    public async Task A_key_decides_where_both_are_sent()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var link = await LinkAsync(gateway);
        using var stranger = gateway.NewClient(gateway.AdminKey);
        using var nobody = gateway.NewClient("sk-nobody");
        Assert.Equal((404, "video_not_found"), await AskAsync(link, stranger));
        Assert.Equal((401, "invalid_api_key"), await AskAsync(link, nobody));
        using var own = await gateway.Client.GetAsync(link + "x", Cancellation);
        Assert.Equal(200, (int)own.StatusCode);
    }

    [Fact]
    public async Task Links_carry_the_public_address_with_its_path()
    {
        var settings = new Dictionary<string, string?> { ["Reelay:PublicUrl"] = "https://media.example/reelay/" };
        await using var gateway = await GatewayHost.StartAsync(settings);
        var link = await LinkAsync(gateway);
        const string prefix = "https://media.example/reelay";
        Assert.StartsWith(prefix + "/v1/videos/task_", link);
        Assert.Equal(StandInClipStore.Clip.ToArray(), await _anybody.GetByteArrayAsync(new Uri(gateway.BaseUrl, link[prefix.Length..]), Cancellation));
    }

    [Fact]
    public async Task A_link_stays_the_same_and_outlives_restarts_and_new_keys_but_not_its_own_key()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file of the data folder; with PostgreSQL the keys are derived.");
        var data = _folder.File("data");
        var keys = Path.Combine(data, LinkKeys.FileName);
        string id, path;
        await using (var gateway = await GatewayHost.StartAsync(folder: data))
        {
            var link = await LinkAsync(gateway);
            (path, id) = (link[gateway.BaseUrl.ToString().TrimEnd('/').Length..], Parts(link).Path.Split('/')[^2]);
            Assert.Equal(link, await UrlAsync(gateway, id));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keys));
        }

        await using (var gateway = await GatewayHost.StartAsync(folder: data)) Assert.EndsWith(path, await UrlAsync(gateway, id));
        var old = await File.ReadAllTextAsync(keys, Cancellation);
        var fresh = new string('5', 64);
        await File.WriteAllTextAsync(keys, $"{old}# since today\n{fresh}\n", Cancellation);
        await using (var gateway = await GatewayHost.StartAsync(folder: data))
        {
            var link = await UrlAsync(gateway, id);
            Assert.NotEqual(Parts(path).Signature, Parts(link).Signature);
            foreach (var good in new[] { link, new Uri(gateway.BaseUrl, path).ToString() })
                Assert.Equal(StandInClipStore.Clip.Length, (await _anybody.GetByteArrayAsync(good, Cancellation)).Length);
        }

        await File.WriteAllTextAsync(keys, fresh, Cancellation);
        await using var last = await GatewayHost.StartAsync(folder: data);
        Assert.Equal((403, "invalid_signature"), await AskAsync(new Uri(last.BaseUrl, path).ToString()));
        Assert.Equal(StandInClipStore.Clip.Length, (await _anybody.GetByteArrayAsync(await UrlAsync(last, id), Cancellation)).Length);
    }

    [Fact]
    public async Task Several_outputs_have_a_link_each_and_none_opens_another()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        var second = PngImage.Gradient(16, 16);
        await gateway.PutAsync(id, 1, second);
        var video = await gateway.FinishAsync(id);
        var outputs = video.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal([0, 1], outputs.Select(output => output.GetProperty("index").GetInt32()));
        var links = outputs.Select(output => output.GetProperty("url").GetString()!).ToList();
        Assert.Equal(video.GetProperty("url").GetString() + "&index=0", links[0]);
        Assert.Equal(StandInClipStore.Clip.ToArray(), await _anybody.GetByteArrayAsync(links[0], Cancellation));
        Assert.Equal(second, await _anybody.GetByteArrayAsync(links[1], Cancellation));
        Assert.Equal((403, "invalid_signature"), await AskAsync(links[0].Replace("&index=0", "&index=1")));
        Assert.Equal((403, "invalid_signature"), await AskAsync(links[1].Replace("&index=1", "")));
    }

    private static async Task<string> LinkAsync(GatewayHost gateway) => await UrlAsync(gateway, await gateway.OrderAsync());

    private static async Task<string> UrlAsync(GatewayHost gateway, string id) => (await gateway.FinishAsync(id)).GetProperty("url").GetString()!;

    private static (string Path, string Expires, string Signature) Parts(string link)
    {
        var (path, query) = (link[..link.IndexOf('?')], link[(link.IndexOf('?') + 1)..].Split('&'));
        return (path, query[0]["expires=".Length..], query[1]["signature=".Length..]);
    }

    private async Task<(string Link, int Status, string? Code)> NamedAsync(string link)
    {
        var (status, code) = await AskAsync(link);
        return (link, status, code);
    }

    private async Task<(int Status, string? Code)> AskAsync(string link, HttpClient? client = null)
    {
        using var response = await (client ?? _anybody).GetAsync(link, Cancellation);
        if (response.IsSuccessStatusCode) return ((int)response.StatusCode, null);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return ((int)response.StatusCode, body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
