using System.Collections.Concurrent;
using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Crash;

/// <summary>Customers who order, look, cancel and delete without a pause, and put up with a server that is away.</summary>
/// <remarks>Every order has a prompt of its own and is sent once: one whose answer is lost is not sent again.</remarks>
internal sealed class CrashLoad(CrashWorld world, int seed)
{
    private const int CustomerCount = 8;
    private static readonly byte[] Picture = PngImage.Gradient(1280, 720);

    private readonly List<Task> customers = [];
    private int count;
    private volatile bool isStopping;

    /// <summary>Orders that were answered with 200, by id.</summary>
    public ConcurrentDictionary<string, CustomerOrder> Answered { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders that were sent, answered or not.</summary>
    public int SentCount => Volatile.Read(ref count);

    /// <summary>What no customer should ever see.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    public void Start()
    {
        for (var n = 0; n < CustomerCount; n++)
        {
            var random = new Random(seed + n);
            customers.Add(Task.Run(() => BuyAsync(random)));
        }
    }

    /// <summary>No new orders; returns when every customer has finished with the last one.</summary>
    public async Task StopAsync()
    {
        isStopping = true;
        await Task.WhenAll(customers);
    }

    /// <summary>Looks once; notes whatever went backwards.</summary>
    public async Task LookAsync(CustomerOrder order)
    {
        var (status, video) = await world.SendAsync(HttpMethod.Get, "/v1/videos/" + order.Id);
        if (status == 404 && order.WasDeleted)
        {
            order.IsGone = true;
            return;
        }

        if (status != 200) Complaints.Enqueue($"{order.Id} answers {status} to a read: {video}");
        else if (order.Note(video) is { } complaint) Complaints.Enqueue($"{order.Id} {complaint}");
    }

    private async Task BuyAsync(Random random)
    {
        while (!isStopping)
        {
            var number = Interlocked.Increment(ref count);
            if (await OrderAsync(random, $"order {number} of {seed}{Word(random.Next(100))}") is not { } order)
            {
                await CrashWorld.PauseAsync(50);
                continue;
            }

            // [http:503] never gets through: its customer loses patience. Of the others some change their minds.
            var wish = random.Next(100);
            var isHopeless = order.Prompt.Contains("[http:503]", StringComparison.Ordinal);
            for (var looks = random.Next(3, 12); looks > 0; looks--)
            {
                await TryAsync(() => LookAsync(order));
                await CrashWorld.PauseAsync(random.Next(10, 40));
            }

            if (isHopeless || wish < 8) await InsistAsync(() => CancelAsync(order));
            else if (wish < 14) await InsistAsync(() => DeleteAsync(order));
        }
    }

    private static string Word(int chance) => chance switch
    {
        < 3 => " [drop:after-accept]",
        < 5 => " [drop:before-accept]",
        < 6 => " [http:503]",
        < 10 => " [slow:2]",
        < 12 => " [fail:generation]",
        < 14 => " [garbage]",
        < 18 => " [hang:after-accept]",
        < 19 => " [hang]",
        < 20 => " [refuse:content_policy]",
        _ => "",
    };

    private async Task<CustomerOrder?> OrderAsync(Random random, string prompt)
    {
        CustomerOrder? order = null;
        var withPicture = random.Next(100) < 8;
        await TryAsync(async () =>
        {
            var (status, video) = withPicture
                ? await UploadAsync(prompt)
                : await world.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt });
            if (status == 200)
            {
                order = new CustomerOrder(video.GetProperty("id").GetString()!, prompt);
                if (!Answered.TryAdd(order.Id, order)) Complaints.Enqueue($"{order.Id} was given to two orders");
            }
            else if (status != 503)
            {
                Complaints.Enqueue($"an order was answered with {status}: {video}");
            }
        });
        return order;
    }

    private async Task<(int Status, JsonElement Body)> UploadAsync(string prompt)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(prompt), "prompt" },
            { new StringContent("1280x720"), "size" },
            { new ByteArrayContent(Picture), "input_reference", "frame.png" },
        };
        using var response = await world.Client.PostAsync("/v1/videos", form, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    private async Task CancelAsync(CustomerOrder order)
    {
        var (status, body) = await world.SendAsync(HttpMethod.Post, $"/v1/videos/{order.Id}/cancel");
        if (status != 200) Complaints.Enqueue($"{order.Id} answers {status} to a cancel: {body}");
        order.WasCancelled = true;
    }

    private async Task DeleteAsync(CustomerOrder order)
    {
        // A delete whose answer was lost may have been carried out: the second one then finds nothing.
        var isSecond = order.WasDeleted;
        order.WasDeleted = true;
        var (status, body) = await world.SendAsync(HttpMethod.Delete, "/v1/videos/" + order.Id);
        if (status != 200 && !(isSecond && status == 404)) Complaints.Enqueue($"{order.Id} answers {status} to a delete: {body}");
    }

    // Until the server is there to take it.
    private static async Task InsistAsync(Func<Task> call)
    {
        while (!await TryAsync(call)) await CrashWorld.PauseAsync(50);
    }

    private static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException
            || (exception is TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}

/// <summary>What a customer knows of an order.</summary>
internal sealed class CustomerOrder(string id, string prompt)
{
    private static readonly string[] States = ["queued", "in_progress", "completed", "failed"];

    public string Id { get; } = id;

    public string Prompt { get; } = prompt;

    public bool WasCancelled { get; set; }

    public bool WasDeleted { get; set; }

    /// <summary>Deleted, and no longer shown.</summary>
    public bool IsGone { get; set; }

    public string State { get; private set; } = "queued";

    public int Progress { get; private set; }

    public string? ErrorCode { get; private set; }

    public bool IsOver => IsGone || State is "completed" or "failed";

    /// <summary>Takes a reading.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Note(JsonElement video)
    {
        var state = video.GetProperty("status").GetString()!;
        var progress = video.GetProperty("progress").GetInt32();
        var isBack = Array.IndexOf(States, state) < Array.IndexOf(States, State) || progress < Progress;
        var isUndone = State is "completed" or "failed" && state != State;
        var complaint = isBack || isUndone ? $"went from {State} at {Progress} % to {state} at {progress} %" : null;
        (State, Progress) = (state, progress);
        if (video.TryGetProperty("error", out var error)) ErrorCode = error.GetProperty("code").GetString();
        return complaint;
    }
}
