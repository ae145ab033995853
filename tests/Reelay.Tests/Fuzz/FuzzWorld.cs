using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Server.Accounts;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Fuzz;

/// <summary>A gateway with something of everything in it, and an account of all that it has accepted.</summary>
internal sealed class FuzzWorld : IAsyncDisposable
{
    public const string Secret = "sk-reelay-sandbox";

    private readonly HashSet<string> _videos = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deletedVideos = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _characters = new(StringComparer.Ordinal);
    private SqliteConnection _database = null!;
    private HttpClient _foreign = null!;

    private readonly ErrorLog _log;

    private FuzzWorld(GatewayHost gateway, ErrorLog log) => (Gateway, _log) = (gateway, log);

    /// <summary>The key of another account, an operator's.</summary>
    public static string ForeignSecret => "sk-fuzz-another-account";

    public GatewayHost Gateway { get; }

    public FuzzNames Names { get; private set; } = new();

    /// <summary>How the accepted orders ended: null for well.</summary>
    public IEnumerable<(string? Code, long Count)> Ends =>
        _database.Query(row => (row.TextOrNull(0), row.GetInt64(1)), "SELECT error_code, count(*) FROM tasks GROUP BY 1 ORDER BY 1");

    /// <summary>How many requests were answered with each status; 0 counts those without an answer.</summary>
    public SortedDictionary<int, int> Answers { get; } = [];

    /// <summary>The last answer, or null if there was none.</summary>
    public RawAnswer? Last { get; private set; }

    public static async Task<FuzzWorld> StartAsync()
    {
        var log = new ErrorLog();
        var gateway = await GatewayHost.StartAsync(
            new()
            {
                ["Reelay:Engine:MaxWaitingPerAccount"] = "1000000", ["Reelay:Engine:MaxInputFetchCount"] = "1", ["Reelay:Engine:MaxFetchCount"] = "2", ["Reelay:Sandbox:Duration"] = "0.05",
                ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "1000", ["Reelay:Channels:sandbox_openai_images:MaxInFlight"] = "1000", ["Reelay:Channels:sandbox_kling:MaxInFlight"] = "1000",
            },
            new SandboxOptions { Duration = 0.05, Render = RenderMode.StandIn },
            services: services => services.AddSingleton(provider => Offline(provider.GetRequiredService<TimeProvider>())).AddSingleton<ILoggerProvider>(log));
        var world = new FuzzWorld(gateway, log);
        await world.FillAsync();
        return world;
    }

    /// <summary>Sends a request, and judges its answer and what the server has kept.</summary>
    public async Task<RawAnswer?> SendAsync(FuzzRequest request)
    {
        // A delete does not wait for the rest of its body, so our side of its connection stays open.
        var message = request.Render();
        var answer = await RawClient.SendAsync(Gateway.BaseUrl.Port, [message], request.Method != "HEAD", request.IsIncomplete && request.Method != "DELETE");
        Last = answer;
        Answers[answer?.Status ?? 0] = Answers.GetValueOrDefault(answer?.Status ?? 0) + 1;
        Assert.True(answer is not null || request.IsIncomplete || request.IsBrokenHttp, "There was no answer.");
        if (answer is not null)
        {
            AnswerRules.Check(request, answer);
            if (answer.Status == 200 && answer.Header("Content-Type") == "application/json" && request.Method != "HEAD") await LearnAsync(request, answer);
        }
        else if (request.Method == "DELETE")
        {
            await SettleAsync(request);
        }

        AssertKept();
        Assert.Empty(_log.Errors);
        return answer;
    }

    /// <summary>What must hold once everything has come to its end.</summary>
    public async Task AuditAsync()
    {
        Assert.Equal(200, (await Gateway.SendAsync(HttpMethod.Get, "/healthz")).Status);
        foreach (var id in _videos.Except(_deletedVideos)) await CancelAsync(id);
        while (Count("SELECT count(*) FROM tasks WHERE finished_at IS NULL OR open_attempt IS NOT NULL") > 0) await GatewayHost.PauseAsync();
        AssertKept();
        var listed = await ListAsync("/v1/videos", Gateway.Client);
        listed.UnionWith(await ListAsync("/v1/videos", _foreign));
        Assert.Equal(_videos.Except(_deletedVideos).Order(), listed.Order());
        var files = await ListAsync("/v1/files", Gateway.Client);
        files.UnionWith(await ListAsync("/v1/files", _foreign));
        Assert.Equal(_files.Order(), files.Order());
        Assert.Equal(0, Count("SELECT sum(reserved_micros) FROM accounts"));
        Assert.Equal(2 * _videos.Count, Count("SELECT count(*) FROM ledger_entries"));
        Assert.Equal(_videos.Count, Count("SELECT count(*) FROM ledger_entries WHERE kind = 'reserve'"));

        // The files of what was deleted go a moment after their rows are marked.
        var strays = new FuzzFiles(Gateway.Folder, _database);
        while (strays.Expected() is > 0) await GatewayHost.PauseAsync();
        Assert.Empty(strays.Find());
        Assert.Empty(_log.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        _foreign.Dispose();
        await _database.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    // No request of a test leaves the machine, however its links were altered: names lead nowhere, and nobody answers at public addresses.
    private static CheckedDialer Offline(TimeProvider time) => new(time, TimeSpan.FromSeconds(10))
    {
        ResolveAsync = (_, _) => throw new SocketException((int)SocketError.HostNotFound),
        DialAsync = async (address, cancellationToken) =>
        {
            if (!IPAddress.IsLoopback(address.Address)) throw new SocketException((int)SocketError.NetworkUnreachable);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private async Task FillAsync()
    {
        _database = new SqliteConnection($"Data Source={Path.Combine(Gateway.Folder, "reelay.db")};Pooling=False");
        _database.Open();
        var keys = Gateway.Services.GetRequiredService<KeyRing>();
        keys.Import(keys.Draft("acct_admin", "another") with { Scopes = ApiKey.CallerScopes | KeyScopes.Admin }, ForeignSecret);
        _foreign = Gateway.NewClient(ForeignSecret);
        Names = new FuzzNames
        {
            Picture = await UploadAsync(Gateway.Client), NewestFile = await UploadAsync(Gateway.Client), ForeignFile = await UploadAsync(_foreign),
            Character = await CharacterAsync(Gateway.Client), ForeignCharacter = await CharacterAsync(_foreign),
            Newest = await OrderAsync(Gateway.Client, new { prompt = "x" }),
            Failed = await OrderAsync(Gateway.Client, new { prompt = "[fail:generation]" }),
            ForeignVideo = await OrderAsync(_foreign, new { prompt = "x" }),
        };
        await RefillAsync();
    }

    // What a delete has taken away is made again, or most requests after it would only be answered with 404.
    private async Task RefillAsync()
    {
        if (IsGone(Names.Done)) Names = Names with { Done = await OrderAsync(Gateway.Client, new { prompt = "x", size = "1280x720" }) };
        if (IsGone(Names.Pictures)) Names = Names with { Pictures = await OrderAsync(Gateway.Client, new { prompt = "x", model = "gpt-image-2", n = 2, quality = "low" }) };
        if (IsGone(Names.Kling)) Names = Names with { Kling = await OrderAsync(Gateway.Client, new { prompt = "x", model = "kling-v3-omni" }) };
        if (IsGone(Names.ForeignVideo)) Names = Names with { ForeignVideo = await OrderAsync(_foreign, new { prompt = "x" }) };
        if (IsGone(Names.Failed)) Names = Names with { Failed = await OrderAsync(Gateway.Client, new { prompt = "[fail:generation]" }) };
        if (!_files.Contains(Names.Picture)) Names = Names with { Picture = await UploadAsync(Gateway.Client) };
        if (!_files.Contains(Names.NewestFile)) Names = Names with { NewestFile = await UploadAsync(Gateway.Client) };
        if (!_files.Contains(Names.ForeignFile)) Names = Names with { ForeignFile = await UploadAsync(_foreign) };
        if (IsGone(Names.Newest)) Names = Names with { Newest = await OrderAsync(Gateway.Client, new { prompt = "x" }) };
        var link = new Uri((await Gateway.FinishAsync(Names.Done)).GetProperty("video_url").GetString()!);
        var query = System.Web.HttpUtility.ParseQueryString(link.Query);
        Names = Names with { Expires = query["expires"]!, Signature = query["signature"]! };

        bool IsGone(string id) => !_videos.Contains(id) || _deletedVideos.Contains(id);
    }

    private async Task LearnAsync(FuzzRequest request, RawAnswer answer)
    {
        using var body = JsonDocument.Parse(answer.Body);
        var kind = body.RootElement.TryGetProperty("object", out var found) ? found.GetString() : "character";
        if (kind is "list" or "video.estimate" or "model") return;
        var id = body.RootElement.GetProperty("id").GetString()!;
        var isNew = request.Method == "POST" && (kind switch { "video" => _videos, "file" => _files, _ => _characters }).Add(id);
        if (isNew && kind == "video")
        {
            Assert.Equal(("queued", 0), (body.RootElement.GetProperty("status").GetString(), body.RootElement.GetProperty("progress").GetInt32()));
            Names = Names with { Newest = id };
        }
        else if (isNew && kind == "file")
        {
            Names = Names with { NewestFile = id };
        }

        if (!body.RootElement.TryGetProperty("deleted", out _)) return;
        if (kind == "file") _files.Remove(id);
        else _deletedVideos.Add(id);
        await RefillAsync();
    }

    // Whoever does not hear what became of a delete asks for it again: afterwards it is done, whether the first one was, is not, or will be yet.
    private async Task SettleAsync(FuzzRequest unheard)
    {
        var path = Uri.UnescapeDataString(unheard.Path);
        foreach (var id in _videos.Except(_deletedVideos).Concat(_files).Where(id => path.Contains(id[(id.IndexOf('_') + 1)..], StringComparison.Ordinal)).ToList())
        {
            var isFile = _files.Remove(id);
            if (!isFile) _deletedVideos.Add(id);
            var target = (isFile ? "/v1/files/" : "/v1/videos/") + id;
            foreach (var client in (HttpClient[])[Gateway.Client, _foreign])
                Assert.True((await Gateway.SendAsync(HttpMethod.Delete, target, client: client)).Status is 200 or 404);
        }

        await RefillAsync();
    }

    // At every moment: what was answered with 200 is there, and nothing else.
    private void AssertKept()
    {
        Assert.Equal(_videos.Count, Count("SELECT count(*) FROM tasks"));
        Assert.Equal(_files.Count, Count("SELECT count(*) FROM files WHERE deleted_at IS NULL"));
        Assert.Equal(_characters.Count, Count("SELECT count(*) FROM characters"));
    }

    private async Task<string> OrderAsync(HttpClient client, object body)
    {
        var (status, video) = await Gateway.SendAsync(HttpMethod.Post, "/v1/videos", body, client);
        Assert.True(status == 200, video.GetRawText());
        var id = video.Text("id");
        _videos.Add(id);
        while ((await Gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: client)).Body.Text("status") is not ("completed" or "failed")) await GatewayHost.PauseAsync();
        return id;
    }

    private async Task CancelAsync(string id)
    {
        var (status, _) = await Gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
        if (status == 404) (status, _) = await Gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel", client: _foreign);
        Assert.Equal(200, status);
    }

    private async Task<string> UploadAsync(HttpClient client)
    {
        using var form = Uploads.Form(("file", (Uploads.Claim(1280, 720), "a.png")), ("purpose", "vision"));
        return Kept(await Gateway.PostAsync("/v1/files", form, client), _files);
    }

    private async Task<string> CharacterAsync(HttpClient client)
    {
        using var form = Uploads.Form(("name", "Ada"), ("video", Uploads.Clip()));
        return Kept(await Gateway.PostAsync("/v1/videos/characters", form, client), _characters);
    }

    private static string Kept((int Status, JsonElement Body) answer, HashSet<string> ids)
    {
        Assert.True(answer.Status == 200, answer.Body.GetRawText());
        ids.Add(answer.Body.Text("id"));
        return answer.Body.Text("id");
    }

    private async Task<HashSet<string>> ListAsync(string path, HttpClient client)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var after = "";
        while (true)
        {
            var (status, page) = await Gateway.SendAsync(HttpMethod.Get, $"{path}?limit=100&after={after}", client: client);
            Assert.Equal(200, status);
            foreach (var row in page.GetProperty("data").EnumerateArray()) Assert.True(ids.Add(row.Text("id")));
            if (!page.GetProperty("has_more").GetBoolean()) return ids;
            after = page.Text("last_id");
        }
    }

    private long Count(string sql) => _database.Scalar<long>(sql);
}
