using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Engine;

/// <summary>Bounds of the engine: <c>Reelay:Engine</c> in the configuration.</summary>
internal sealed class EngineOptions
{
    /// <summary>Answers in a row that may say nothing before a task fails as <c>upstream_unreadable</c>. Default 20.</summary>
    [Range(1, 10_000)]
    public int MaxUnreadableCount { get; set; } = 20;

    /// <summary>How many of those one "no such task" of the upstream counts as. Default 5: four in a row end the task.</summary>
    [Range(1, 10_000)]
    public int NotFoundWeight { get; set; } = 5;

    /// <summary>Tries to fetch a result before the task fails as <c>result_lost</c>. Default 12.</summary>
    [Range(1, 1000)]
    public int MaxFetchCount { get; set; } = 12;

    /// <summary>Largest result in bytes. Default 4 GiB.</summary>
    [Range(1L, 1L << 40)]
    public long MaxResultBytes { get; set; } = 4L << 30;

    /// <summary>Results stored at the same time. Default 8.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentFetches { get; set; } = 8;

    /// <summary>Longest time of one poll in seconds. Default 30.</summary>
    [Range(1, 600)]
    public int PollCallSeconds { get; set; } = 30;

    /// <summary>Polls of one channel in a second; the others wait, those near their expected end less long. Default 100.</summary>
    [Range(0.1, 100_000)]
    public double MaxPollsPerSecond { get; set; } = 100;

    /// <summary>Polls of one channel at the same time. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentPolls { get; set; } = 64;

    /// <summary>Longest time of fetching one result in seconds. Default 1,800.</summary>
    [Range(1, 86_400)]
    public int FetchSeconds { get; set; } = 1800;

    /// <summary>Links of orders fetched at the same time, apart from results. Default 32.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentInputs { get; set; } = 32;

    /// <summary>How many of them may be one account's, so that its slow hosts keep nobody else waiting. Default 16.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentInputsPerAccount { get; set; } = 16;

    /// <summary>Largest fetched input in bytes where the model says nothing. Default 256 MiB.</summary>
    [Range(1L, 1L << 40)]
    public long MaxInputBytes { get; set; } = 256L << 20;

    /// <summary>Largest width and height of a fetched picture in pixels. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxInputSidePixels { get; set; } = 16_384;

    /// <summary>Longest time of one try to fetch a link in seconds. Default 120.</summary>
    [Range(1, 86_400)]
    public int InputFetchSeconds { get; set; } = 120;

    /// <summary>Tries to fetch a link before the task fails as <c>reference_unavailable</c>. Default 5.</summary>
    [Range(1, 100)]
    public int MaxInputFetchCount { get; set; } = 5;

    /// <summary>Time in seconds, from the first failed try on, after which no further one begins. Default 300.</summary>
    [Range(1, 86_400)]
    public int InputRetrySeconds { get; set; } = 300;

    /// <summary>Waiting tasks one account may have on this node; beyond, creates answer 429 <c>queue_full</c>. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaitingPerAccount { get; set; } = 10_000;

    /// <summary>Waiting tasks this node takes. Default 1,000,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaiting { get; set; } = 1_000_000;

    /// <summary>Extra time in seconds, after a lost answer could have arrived, in which an operator may decide. Default 0.</summary>
    [Range(0, 86_400)]
    public int ReconcileHoldSeconds { get; set; }

    /// <summary>How often a task is tried again; read from <c>Reelay:Failover</c>.</summary>
    public FailoverOptions Failover { get; set; } = new();

    /// <summary>How long calls in flight may go on after a stop was asked for, in seconds. Default 330.</summary>
    [Range(0, 3600)]
    public int DrainSeconds { get; set; } = 330;
}
