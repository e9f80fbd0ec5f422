using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Makes a row of a raw event, or says why it is none. Pure: the same event and settings give the same row. Total: no bytes make it
/// throw. Not thread-safe, since it uses its buffers again: one a consume thread.
/// </summary>
public sealed class Flattener : IDisposable
{
    private const string KnownVersion = "1.0.0";

    private readonly Dictionary<string, EventPlan> plans;
    private readonly EventPlan unknown;
    private readonly Dictionary<string, RoutePlans> routes;
    private readonly int columns;
    private readonly BoundKey[] bound;

    private readonly JsonTape body = new();
    private readonly JsonTape detailsText = new();
    private readonly MemberOrder detailsOrder = new();
    private readonly ByteBuffer scratch = new();
    private readonly CanonicalJson canonical;
    private readonly EventKeys keys = new();
    private readonly ExtrasWriter extras = new();
    private readonly IssueList issues = new();
    private readonly RecurringTexts texts = new();
    private readonly ColumnReader reader;

    /// <summary>Compiles the schemas.</summary>
    /// <param name="schemas">The schemas.</param>
    /// <param name="options">How events are read.</param>
    /// <exception cref="TimeZoneNotFoundException">The default zone is unknown to this machine.</exception>
    public Flattener(SchemaSet schemas, FlattenOptions options)
    {
        plans = schemas.Types.ToDictionary(type => type.EventType, type => EventPlan.Compile(schemas, type), StringComparer.Ordinal);
        unknown = EventPlan.Compile(schemas, type: null);
        columns = schemas.Columns.Count;
        routes = schemas.Routes.ToDictionary(route => route.Route, route => new RoutePlans(schemas, route), StringComparer.Ordinal);
        bound = new BoundKey[routes.Values.Select(route => route.Slots).Append(plans.Values.Append(unknown).Max(plan => plan.Slots)).Max()];
        canonical = new CanonicalJson(scratch);
        reader = new ColumnReader(new DefaultZone(TimeZoneInfo.FindSystemTimeZoneById(options.DefaultTimeZone)), texts, issues, bound);
    }

    /// <summary>Flattens one event.</summary>
    public Flattened Flatten(RawEvent raw)
    {
        issues.Clear();
        var verdict = body.Read(raw.Body, 0, raw.Body.Length);
        if (verdict != TapeVerdict.Object)
            return NoRow(raw, verdict);

        var digest = Digest();
        var route = routes.GetValueOrDefault(raw.Route);
        var hasRest = route is null
            ? KeyBinding.Bind(body, 0, EventPlan.Envelope, bound)
            : RoutePlans.Read(body, route.Unknown, bound, reader, values: []);
        var appId = Id(EventPlan.AppId) ?? RouteAppId(raw, (route?.Unknown ?? unknown).Described[EventPlan.AppId]);
        var transactionId = Id(EventPlan.TransactionId);
        var eventType = Id(EventPlan.Type);
        if (appId is null)
            return Quarantined(raw, QuarantineReason.MissingAppId, "the body names no appId, and neither does its route");
        if (transactionId is null)
            return Quarantined(raw, QuarantineReason.MissingTransactionId, "the body names no transactionId");
        if (eventType is null)
            return Quarantined(raw, QuarantineReason.MissingEventType, "the body names no eventType");

        var plan = Plan(eventType, route);
        var values = columns == 0 ? [] : new ColumnValue[columns];
        if (route is not null)
        {
            hasRest = ReadRoute(plan, values);
        }
        else if (plan.AddedKeys.Keys.Length > 0)
        {
            hasRest = KeyBinding.Bind(body, 0, plan.AddedKeys, bound);
            hasRest |= reader.Read(body, plan.AddedKeys, values);
        }

        var (details, detailsObject) = (body, -1);
        if (route is null)
            hasRest |= ReadDetails(plan, values, out details, out detailsObject);
        CheckSlot(plan, values);
        var eventId = EventId(plan, digest);
        var (transactionKey, eventKey) = keys.Of(appId, transactionId, eventId);
        var version = Version(plan);
        var time = Time(plan);
        hasRest |= route is null ? HasEnvelopeRest() : RoutePlans.Settle(plan.AddedKeys, bound);
        var rest = hasRest ? extras.Write(body, details, detailsObject, plan, bound, out var hasTextNumber) : Nothing(out hasTextNumber);
        if (hasTextNumber)
            issues.Add(IssueCode.NumberOutOfRange);
        MarkWhole(details);

        return new Flattened(
            new EventRow
            {
                Raw = raw,
                TransactionKey = transactionKey,
                EventKey = eventKey,
                EventId = eventId,
                EventType = eventType,
                EventVersion = version,
                AppId = appId,
                TransactionId = transactionId,
                EventTime = time,
                Extras = rest,
                Issues = issues.ToSorted(),
                SchemaVersion = plan.SchemaVersion,
                ContentDigest = digest,
                Values = values,
            },
            null);
    }

    /// <inheritdoc/>
    public void Dispose() => keys.Dispose();

    private Flattened NoRow(RawEvent raw, TapeVerdict verdict) => verdict switch
    {
        TapeVerdict.TooDeep => Quarantined(raw, QuarantineReason.TooDeep, $"the body is nested over {JsonTape.MaxLevels} levels"),
        TapeVerdict.TooManyKeys => Quarantined(raw, QuarantineReason.TooManyKeys, $"the body has over {JsonTape.MaxKeys} keys"),
        TapeVerdict.Empty => Quarantined(raw, QuarantineReason.NotAJsonObject, "the body is empty"),
        TapeVerdict.NotUtf8 => Quarantined(raw, QuarantineReason.NotAJsonObject, "the body is not UTF-8"),
        TapeVerdict.NotAnObject => Quarantined(raw, QuarantineReason.NotAJsonObject, "the body is JSON, but no object"),
        _ => Quarantined(raw, QuarantineReason.NotAJsonObject, $"the body is not JSON from line {body.Fault.Line + 1}, byte {body.Fault.Byte + 1}"),
    };

    private static Flattened Quarantined(RawEvent raw, string code, string text) => new(null, new QuarantinedEvent(raw, code, text));

    private static string? Nothing(out bool hasTextNumber)
    {
        hasTextNumber = false;
        return null;
    }

    /// <summary>The content's digest; writing it also finds the keys that come again.</summary>
    private Guid Digest()
    {
        scratch.Clear();
        canonical.WriteSent(body, 0);
        return keys.Hash(scratch.Written);
    }

    /// <summary>What counts wherever it occurs: in the body, and in a text that was read as the details.</summary>
    private void MarkWhole(JsonTape details)
    {
        if (body.HasOddText || details.HasOddText)
            issues.Add(IssueCode.TextReplaced);
        if (body.HasRepeatedKeys || details.HasRepeatedKeys)
            issues.Add(IssueCode.DuplicateKey);
    }

    private EventPlan Plan(string eventType, RoutePlans? route)
    {
        if ((route is null ? plans.GetValueOrDefault(eventType) : route.Find(eventType)) is { } plan)
            return plan;
        issues.Add(IssueCode.UnknownEventType);
        return route?.Unknown ?? unknown;
    }

    /// <summary>Reads an event whose envelope is its route's own, now that the type is known.</summary>
    /// <returns>Whether something is left.</returns>
    private bool ReadRoute(EventPlan plan, ColumnValue[] values)
    {
        var hasRest = RoutePlans.Read(body, plan, bound, reader, values);
        if (plan.RouteDetails is { } details && bound[details.Slot].Value < 0)
            issues.Add(IssueCode.DetailsMissing);
        else if (plan.RouteDetails is not null && body[bound[plan.RouteDetails.Slot].Value].Kind is not (JsonKind.Object or JsonKind.Null))
            issues.Add(IssueCode.DetailsNotAnObject);

        // An app id that is none is left.
        Id(EventPlan.AppId);
        return hasRest;
    }

    /// <summary>An id or type as text; null where it is missing, null, blank, an object or an array.</summary>
    private string? Id(int slot)
    {
        var value = bound[slot].Value;
        if (value < 0)
            return null;
        switch (body[value].Kind)
        {
            case JsonKind.Null:
                return null;
            case JsonKind.Object or JsonKind.Array:
                bound[slot].Remainder = Remainder.Value;
                return null;
            case JsonKind.Text:
                var text = slot is EventPlan.AppId or EventPlan.Type ? texts.Get(body.Stored(value)) : body.StoredText(value);
                return string.IsNullOrWhiteSpace(text) ? null : slot == EventPlan.Type ? text : WithoutSeparator(text);
            default:
                issues.Add(IssueCode.WrongType);
                return texts.Get(body.Bytes(value));
        }
    }

    private string? RouteAppId(RawEvent raw, bool isDueInBody)
    {
        if (string.IsNullOrWhiteSpace(raw.RouteAppId))
            return null;
        if (isDueInBody)
            issues.Add(IssueCode.AppIdFromRoute);
        var id = raw.RouteAppId;
        if (id.AsSpan().IndexOfAny('\0', (char)EventKeys.Separator) >= 0)
            issues.Add(IssueCode.TextReplaced);
        return id.Replace('\0', '\uFFFD').Replace((char)EventKeys.Separator, '\uFFFD');
    }

    private string EventId(EventPlan plan, Guid digest)
    {
        if (Id(EventPlan.Id) is { } id)
            return id;
        if (plan.Described[EventPlan.Id])
            issues.Add(IssueCode.EventIdMissing);
        return $"sha256:{digest:N}";
    }

    private string WithoutSeparator(string id)
    {
        if (!id.Contains((char)EventKeys.Separator, StringComparison.Ordinal))
            return id;
        issues.Add(IssueCode.TextReplaced);
        return id.Replace((char)EventKeys.Separator, '\uFFFD');
    }

    private string? Version(EventPlan plan)
    {
        ref var found = ref bound[EventPlan.Version];
        if (found.Value < 0 || body[found.Value].Kind == JsonKind.Null)
        {
            if (plan.Described[EventPlan.Version])
                issues.Add(IssueCode.EventVersionMissing);
            return null;
        }

        var text = reader.ReadText(body, ref found, isNumberFine: false);
        var isKnown = plan.Versions is { } versions ? versions.Count == 0 || versions.Contains(text, StringComparer.Ordinal) : text == KnownVersion;
        if (text is not null && !isKnown)
            issues.Add(IssueCode.UnknownEventVersion);
        return text;
    }

    private DateTime? Time(EventPlan plan)
    {
        ref var found = ref bound[EventPlan.Time];
        if (found.Value < 0 || body[found.Value].Kind == JsonKind.Null)
        {
            if (plan.Described[EventPlan.Time])
                issues.Add(IssueCode.EventTimeMissing);
            return null;
        }

        return reader.ReadTime(body, ref found, IssueCode.EventTimeNoZone, IssueCode.EventTimeUnparsable);
    }

    /// <summary>Finds the details, whatever shape they have, and reads their columns.</summary>
    /// <returns>Whether something of them is left.</returns>
    private bool ReadDetails(EventPlan plan, ColumnValue[] values, out JsonTape details, out int detailsObject)
    {
        ref var found = ref bound[EventPlan.Details];
        details = body;
        detailsObject = FindDetails(ref details);
        foreach (var key in plan.DetailKeys.Keys)
            bound[key.Slot] = new BoundKey { Value = -1 };
        if (detailsObject < 0)
        {
            reader.Read(body, plan.DetailKeys, values);
            found.Remainder = found.Value >= 0 && body[found.Value].Kind != JsonKind.Null ? Remainder.Value : Remainder.Nothing;
            return found.Remainder != Remainder.Nothing;
        }

        var hasRest = KeyBinding.Bind(details, detailsObject, plan.DetailKeys, bound);
        hasRest |= reader.Read(details, plan.DetailKeys, values);
        found.Remainder = hasRest ? Remainder.Members : Remainder.Nothing;
        return hasRest;
    }

    private int FindDetails(ref JsonTape details)
    {
        var value = bound[EventPlan.Details].Value;
        if (value < 0)
        {
            issues.Add(IssueCode.DetailsMissing);
            return -1;
        }

        switch (body[value].Kind)
        {
            case JsonKind.Object:
                return value;
            case JsonKind.Null:
                return -1;
            case JsonKind.Text when IsObjectInText(value):
                issues.Add(IssueCode.DetailsInText);
                details = detailsText;
                return 0;
            default:
                issues.Add(IssueCode.DetailsNotAnObject);
                return -1;
        }
    }

    private bool IsObjectInText(int value)
    {
        var text = body.StoredSegment(value);
        if (!text.AsSpan().Contains((byte)'{') || detailsText.Read(text.Array!, text.Offset, text.Count) != TapeVerdict.Object)
            return false;
        for (var token = 0; token < detailsText.Count; token++)
        {
            if (detailsText[token].Kind == JsonKind.Object)
                detailsOrder.Pop(detailsOrder.Push(detailsText, token));
        }

        return true;
    }

    private void CheckSlot(EventPlan plan, ColumnValue[] values)
    {
        var (start, end) = plan.SlotColumns;
        if (start >= 0 && end >= 0 && !values[start].IsNull && !values[end].IsNull && values[end].Timestamp < values[start].Timestamp)
            issues.Add(IssueCode.SlotEndBeforeStart);
    }

    private bool HasEnvelopeRest()
    {
        foreach (var key in EventPlan.Envelope.Keys)
        {
            if (bound[key.Slot].Remainder != Remainder.Nothing)
                return true;
        }

        return false;
    }
}
