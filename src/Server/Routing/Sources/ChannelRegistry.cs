using Reelay.Server.Api;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;

namespace Reelay.Server.Routing.Sources;

/// <summary>Puts the channels together from all sources, at start and whenever one of them changes, and replaces what the server works with.</summary>
internal sealed partial class ChannelRegistry
{
    private static readonly TimeSpan DrainCheck = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ChannelSettings _settings;
    private readonly ChannelBuilder _builder;
    private readonly ChannelVersions _versions;
    private readonly AdminChannels _admin;
    private readonly PriceBook _prices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Gone models that an operator has read of: channels are put together anew often, and it is no news then.
    private readonly HashSet<(string ChannelId, string Model)> _told = [];
    private ChannelLayer _fileLayer = ChannelLayer.Nothing;
    private (DateTime, long) _fileStamp;
    private DateTimeOffset _checkedAt;
    private bool _isStale;
    private string? _sharedStamp;

    /// <summary>Reads every source.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake of the configuration and the file.</exception>
    public ChannelRegistry(
        ChannelSettings settings, ChannelBuilder builder, ChannelVersions versions, AdminChannels admin, AccountHolds holds, TimeProvider time, ILogger<ChannelRegistry> logger,
        PriceBook? prices = null)
    {
        (_settings, _builder, _versions, _admin, _time, _logger, _prices) = (settings, builder, versions, admin, time, logger, prices ?? PriceBook.Empty);
        _sharedStamp = admin.SharedStamp();
        if (settings.File is { } file) (_fileStamp, _fileLayer) = (file.Stamp(), file.Read());
        var mistakes = new List<string>();
        var first = Assemble(_fileLayer, admin.List(), settings.Notes, null, mistakes) ?? throw ChannelBuilder.Mistaken(mistakes);
        Drafts = first.Drafts;
        Channels = new ChannelSet(Snapshot(first, null)) { Holds = holds };
        _checkedAt = time.GetUtcNow();
    }

    /// <summary>What the server works with.</summary>
    public ChannelSet Channels { get; }

    /// <summary>Every channel that the sources now describe, those that are switched off too, by id.</summary>
    public IReadOnlyDictionary<string, ChannelDraft> Drafts { get; private set; }

    /// <summary>Called after a change, so that what waits is looked at again.</summary>
    public Action? Changed { get; set; }

    /// <summary>Looks after the file and what drains; called every few seconds.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (_settings.File is { } file && file.Stamp() is var stamp && stamp != _fileStamp)
            {
                _fileStamp = stamp;
                ReloadFile(file);
            }
            else if (_admin.SharedStamp() is { } stamped && stamped != _sharedStamp)
            {
                // Another node, or this one, has changed channels, prices or holds.
                _prices.Reload();
                Channels.Holds.Reload();
                if (Apply(_fileLayer, [], null)) _sharedStamp = stamped;
            }
            else if (_isStale || (Channels.Draining.Count > 0 && _time.GetUtcNow() - _checkedAt >= DrainCheck))
            {
                Apply(_fileLayer, [], null);
            }
        }
    }

    /// <summary>The rows of the admin API, removed ones too.</summary>
    public IReadOnlyList<AdminChannel> ListAdmin() => _admin.List();

    /// <summary>The row of the admin API with this id, a removed one too.</summary>
    public AdminChannel? FindAdmin(string id) => _admin.List().FirstOrDefault(channel => channel.Id == id);

    /// <summary>Changes one channel of the admin API: nothing is written if anything is wrong with it.</summary>
    /// <param name="change">Makes the new row of what is there, with the time in Unix milliseconds; null to leave it as it is.</param>
    /// <returns>Every mistake.</returns>
    public IReadOnlyList<string> Save(string id, Func<AdminChannel?, long, AdminChannel?> change)
    {
        lock (_gate)
        {
            if (change(FindAdmin(id), _admin.Now) is not { } row) return [];
            var mistakes = new List<string>();
            Apply(_fileLayer, mistakes, row);
            return mistakes;
        }
    }

    /// <summary>Gives a model other prices: nothing is kept if anything is wrong with them.</summary>
    /// <returns>Every mistake.</returns>
    public IReadOnlyList<string> SavePrices(NewPriceVersion version)
    {
        lock (_gate)
        {
            var mistakes = new List<string>();
            Apply(_fileLayer, mistakes, null, version);
            return mistakes;
        }
    }

    // What is wrong in a file must not stop the server: it goes on with what it had, and one line says why.
    private void ReloadFile(ChannelFile file)
    {
        var layer = file.Read();
        var mistakes = new List<string>();
        if (Apply(layer, mistakes, null))
        {
            _fileLayer = layer;
            LogReloaded(file.Path, string.Join(", ", Channels.All.Select(channel => channel.Id)), string.Join(", ", Channels.Draining.Select(channel => channel.Id).Distinct()));
        }
        else
        {
            LogRefused(file.Path, mistakes.Count, string.Join(" | ", mistakes));
        }
    }

    private bool Apply(ChannelLayer file, List<string> mistakes, AdminChannel? changed, NewPriceVersion? priced = null)
    {
        var notes = new List<string>();
        var rows = _admin.List().Where(row => row.Id != changed?.Id).Concat(changed is null ? [] : [changed]).ToList();
        if (Assemble(file, rows, notes, changed?.Id, mistakes, priced) is not { } assembled) return false;
        foreach (var note in notes) LogNote(note);

        // From the row on the change is made: what fails below is done at the next look.
        if (changed is not null) _admin.Save(changed);
        if (priced is not null)
        {
            // Named by its row from here on.
            _prices.Save(priced);
            if (Assemble(file, rows, [], changed?.Id, mistakes) is { } named) assembled = named;
        }

        _isStale = true;
        Channels.Publish(Snapshot(assembled, Channels.Now));
        Drafts = assembled.Drafts;
        (_isStale, _checkedAt) = (false, _time.GetUtcNow());
        Changed?.Invoke();
        return true;
    }

    private ChannelSnapshot Snapshot(Assembled assembled, ChannelSnapshot? before) =>
        new(assembled.Built.Channels, _versions.Settle(assembled.Built.Channels, before), assembled.Catalog);

    private Assembled? Assemble(
        ChannelLayer file, IReadOnlyList<AdminChannel> admin, List<string> notes, string? changedId, List<string> mistakes,
        NewPriceVersion? priced = null)
    {
        var drafts = ChannelSources.ReadDrafts(_settings.Configuration, _settings.Sandbox, _builder.Providers, Channels is null ? notes : []);
        mistakes.AddRange(file.Mistakes);
        ChannelSources.Lay(drafts, file);
        foreach (var gone in admin.Where(row => row.RemovedAt is not null)) drafts.Remove(gone.Id);
        ChannelSources.Lay(drafts, AdminChannels.Layer(admin));

        // What the admin API wrote was right then. If what it lies over has changed since, that channel alone goes without: a server that
        // refused to start would take away the means to mend it.
        foreach (var draft in drafts.Values.Where(draft => draft.Source == AdminChannels.Source && draft.Id != changedId).ToList())
        {
            if (_builder.Check(draft, _settings.OwnAddresses).ToList() is not { Count: > 0 } wrong) continue;
            notes.Add($"The channel {draft.Id} of the admin API is left out until it is mended: {string.Join(" | ", wrong)}");
            drafts.Remove(draft.Id);
        }

        if (_builder.Build(drafts.Values, _settings.OwnAddresses, Channels?.Now, mistakes) is not { } built || mistakes.Count > 0) return null;
        try
        {
            var usual = _settings.Sandbox.Enabled ? SandboxChannels.SuccessorsOf(_builder.Providers) : [];
            var configuration = _settings.Configuration;
            var catalog = ModelCatalog.Load(built.Upstream, built.Added, AliasSettings.Read(configuration), SuccessorSettings.Read(configuration, usual), _prices.With(priced));
            notes.AddRange(built.Gone.Select(gone => gone.Note(_told)).OfType<string>());
            if (Channels is null) notes.AddRange(catalog.Successions.Select(succession => succession.Note).OfType<string>());
            return new Assembled(drafts, built, catalog);
        }
        catch (CatalogException exception) when (Channels is not null)
        {
            mistakes.AddRange(exception.Mistakes);
            return null;
        }
    }

    [LoggerMessage(2400, LogLevel.Information, "Channels read anew from {Path}: {Channels}; draining: {Draining}.")]
    private partial void LogReloaded(string path, string channels, string draining);

    [LoggerMessage(2401, LogLevel.Error, "{Path} has {Count} mistakes, and the channels stay as they were: {Mistakes}")]
    private partial void LogRefused(string path, int count, string mistakes);

    [LoggerMessage(2402, LogLevel.Warning, "{Note}")]
    private partial void LogNote(string note);

    private sealed record Assembled(Dictionary<string, ChannelDraft> Drafts, BuiltChannels Built, ModelCatalog Catalog);
}

/// <summary>Where the registry reads from.</summary>
/// <param name="Configuration">The process's own settings.</param>
/// <param name="Sandbox">The sandbox's.</param>
/// <param name="OwnAddresses">Where this server listens.</param>
/// <param name="File">The file of channels, if there is one.</param>
/// <param name="Notes">Receives what an operator should know at start.</param>
internal sealed record ChannelSettings(
    IConfiguration Configuration, SandboxSettings Sandbox, IReadOnlyList<Uri> OwnAddresses, ChannelFile? File, List<string> Notes);
