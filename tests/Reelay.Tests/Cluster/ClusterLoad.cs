using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Reelay.Tests.Crash;

namespace Reelay.Tests.Cluster;

/// <summary>Customers who order, look and cancel through the balancer. An order is sent under its own key until it is answered.</summary>
internal sealed class ClusterLoad(ClusterWorld world, int seed)
{
    private const int CustomerCount = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Task> _customers = [];
    private int _count;
    private int _tries;
    private volatile bool _isStopping;

    /// <summary>Orders that were answered with 200, by id.</summary>
    public ConcurrentDictionary<string, CustomerOrder> Answered { get; } = new(StringComparer.Ordinal);

    /// <summary>What no customer should ever see.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>How often an order had to be sent again.</summary>
    public int RetryCount => Volatile.Read(ref _tries) - Answered.Count;

    public void Start()
    {
        for (var n = 0; n < CustomerCount; n++) _customers.Add(BuyAsync(new Random(seed + n)));
    }

    /// <summary>No new orders; returns when every customer has finished with the last one.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await Task.WhenAll(_customers);
    }

    /// <summary>Looks once; notes whatever went backwards.</summary>
    /// <returns>Whether there was an answer.</returns>
    public async Task<bool> LookAsync(CustomerOrder order)
    {
        var (status, video) = await SendAsync(HttpMethod.Get, "/v1/videos/" + order.Id);
        if (IsAway(status)) return false;
        if (status != 200) Complaints.Enqueue($"{order.Id} answers {status} to a read: {video}");
        else if (order.Note(video) is { } complaint) Complaints.Enqueue($"{order.Id} {complaint}");
        return true;
    }

    /// <summary>Cancels until it is answered.</summary>
    public async Task CancelAsync(string id)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await ClusterWorld.PauseAsync(100))
        {
            if (Answered.TryGetValue(id, out var order)) order.WasCancelled = true;
            var (status, body) = await SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
            if (status == 200) return;
            if (!IsAway(status)) Complaints.Enqueue($"{id} answers {status} to a cancel: {body}");
            if (!IsAway(status) || IsTooLate(started, $"{id} could not be cancelled")) return;
        }
    }

    /// <summary>Whether the upstream refuses an order each time it is sent, as long as its customer has patience.</summary>
    public static bool NeverArrives(string prompt) =>
        Array.Exists(["[http:503]", "[drop:before-accept]", "[hang]"], word => prompt.Contains(word, StringComparison.Ordinal));

    private async Task BuyAsync(Random random)
    {
        await Task.Yield();
        while (!_isStopping)
        {
            var number = Interlocked.Increment(ref _count);
            var body = new
            {
                prompt = $"order {number} of {seed}{Word(random.Next(100))}",
                model = random.Next(100) < 35 ? "kling-v3" : "sora-2",
            };
            if (await OrderAsync(body, body.prompt, $"key-{seed}-{number}", random.Next(10) == 0) is not { } order) continue;
            var wish = random.Next(100);
            for (var looks = random.Next(2, 6); looks > 0; looks--)
            {
                await LookAsync(order);
                await ClusterWorld.PauseAsync(random.Next(50, 250));
            }

            // Of the others some change their minds.
            if (wish < 10 || NeverArrives(order.Prompt)) await CancelAsync(order.Id);
        }
    }

    private static string Word(int chance) => chance switch
    {
        < 3 => " [drop:after-accept]",
        < 5 => " [drop:before-accept]",
        < 7 => " [http:503]",
        < 15 => " [slow:4]",
        < 17 => " [fail:generation]",
        < 20 => " [hang:after-accept]",
        < 21 => " [hang]",
        _ => "",
    };

    private async Task<CustomerOrder?> OrderAsync(object body, string prompt, string key, bool isAskedTwice)
    {
        string? id = null;
        for (var started = Stopwatch.GetTimestamp(); ; await ClusterWorld.PauseAsync(200))
        {
            Interlocked.Increment(ref _tries);
            var (status, video) = await SendAsync(HttpMethod.Post, "/v1/videos", body, key);
            if (status == 200)
            {
                var given = video.GetProperty("id").GetString()!;
                if (id is not null && id != given) Complaints.Enqueue($"the key {key} stands for {id} and for {given}");
                id ??= given;
                var order = new CustomerOrder(id, prompt);
                if (Answered.TryAdd(id, order) && isAskedTwice) continue;
                return Answered[id];
            }

            if (!IsAway(status)) Complaints.Enqueue($"an order was answered with {status}: {video}");
            if (!IsAway(status) || IsTooLate(started, $"'{prompt}' was not taken")) return id is null ? null : Answered[id];
        }
    }

    private bool IsTooLate(long started, string what)
    {
        if (Stopwatch.GetElapsedTime(started) < Patience) return false;
        Complaints.Enqueue($"{what} within {Patience.TotalSeconds} s");
        return true;
    }

    // 0: no answer at all. 500 is nobody's excuse.
    private static bool IsAway(int status) => status is 0 or 502 or 503 or 504;

    private async Task<(int Status, JsonElement Body)> ReceiveAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await world.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        try
        {
            return await ReceiveAsync(method, path, body, key);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException
            || (exception is TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
            return (0, default);
        }
    }
}
